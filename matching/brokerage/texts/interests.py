"""Texts about expressions of interest and partnership rooms."""

from __future__ import annotations

from matching.brokerage.texts.text import Text

_HELLO = {"it": "Buongiorno,\n\n", "en": "Hello,\n\n"}


def _pair(line_it: str, body_it: str, line_en: str, body_en: str) -> dict[str, Text]:
    return {"it": Text(line_it, f"{_HELLO['it']}{body_it}\n"), "en": Text(line_en, f"{_HELLO['en']}{body_en}\n")}


TEMPLATES: dict[str, dict[str, Text]] = {
    "interest.created": _pair(
        "Manifestazione di interesse {reference} ricevuta",
        "la manifestazione di interesse {reference} per «{title}» è stata ricevuta.\n"
        "Sulla sua pagina si vede a che punto è; ogni passo viene comunicato.",
        "Expression of interest {reference} received",
        "the expression of interest {reference} in “{title}” has been received.\n"
        "Its page shows where it stands; every step will be told.",
    ),
    "interest.received": _pair(
        "Nuova manifestazione di interesse per «{title}»",
        "è arrivata la manifestazione di interesse {reference} per la proposta «{title}».\n"
        "Sulla sua pagina è possibile leggerla e valutarla.",
        "New expression of interest in “{title}”",
        "the expression of interest {reference} in the proposal “{title}” has arrived.\n"
        "Read and evaluate it on its page.",
    ),
    "interest.waiting": _pair(
        "Da prendere in carico: {reference}",
        "la manifestazione di interesse {reference} per {proposal}, «{title}», attende di essere presa in carico.",
        "To take over: {reference}",
        "the expression of interest {reference} in {proposal}, “{title}”, waits to be taken over.",
    ),
    "interest.taken_back": _pair(
        "Manifestazione di interesse {reference} ripresa in bozza",
        "la manifestazione di interesse {reference} per «{title}» è tornata in bozza:\n"
        "per ora non c'è nulla da valutare.",
        "Expression of interest {reference} taken back",
        "the expression of interest {reference} in “{title}” is a draft again: there is nothing to evaluate for now.",
    ),
    "interest.in_evaluation": _pair(
        "Manifestazione di interesse {reference} in valutazione",
        "la manifestazione di interesse {reference} per «{title}» è in valutazione.",
        "Expression of interest {reference} in evaluation",
        "the expression of interest {reference} in “{title}” is being evaluated.",
    ),
    "interest.relevant": _pair(
        "Manifestazione di interesse {reference} giudicata pertinente",
        "la manifestazione di interesse {reference} per «{title}» è stata giudicata pertinente.\n"
        "È aperta una stanza riservata in cui le parti si accordano sui passi successivi.",
        "Expression of interest {reference} found relevant",
        "the expression of interest {reference} in “{title}” has been found relevant.\n"
        "A private room is open in which both sides agree on the next steps.",
    ),
    "interest.rejected": _pair(
        "Manifestazione di interesse {reference} respinta",
        "la manifestazione di interesse {reference} per «{title}» è stata respinta. Il motivo è sulla sua pagina.",
        "Expression of interest {reference} rejected",
        "the expression of interest {reference} in “{title}” has been rejected. The reason is on its page.",
    ),
    "interest.taken_over": _pair(
        "Manifestazione di interesse {reference} presa in carico",
        "la manifestazione di interesse {reference} per «{title}» è stata presa in carico.",
        "Expression of interest {reference} taken over",
        "an expert has taken over the expression of interest {reference} in “{title}”.",
    ),
    "interest.transferred": _pair(
        "Manifestazione di interesse {reference} trasferita",
        "la manifestazione di interesse {reference} per «{title}» è seguita ora da un'altra persona dell'agenzia.",
        "Expression of interest {reference} transferred",
        "somebody else of the agency now accompanies the expression of interest {reference} in “{title}”.",
    ),
    "interest.given_to_you": _pair(
        "Caso assegnato: {reference}",
        "la manifestazione di interesse {reference} per {proposal}, «{title}», è stata assegnata a questo account.\n"
        "La nota di chi l'ha trasferita è sulla sua pagina.",
        "Case assigned: {reference}",
        "the expression of interest {reference} in {proposal}, “{title}”, has been assigned to you.\n"
        "The note of whoever transferred it is on its page.",
    ),
    "interest.suspended": _pair(
        "Manifestazione di interesse {reference} sospesa",
        "la manifestazione di interesse {reference} per «{title}» è sospesa, in attesa di essere ripresa.",
        "Expression of interest {reference} suspended",
        "the expression of interest {reference} in “{title}” is suspended until somebody takes it up again.",
    ),
    "interest.progress": _pair(
        "Manifestazione di interesse {reference}: {progress_it}",
        "la manifestazione di interesse {reference} per «{title}» è avanzata: {progress_it}.",
        "Expression of interest {reference}: {progress_en}",
        "the expression of interest {reference} in “{title}” has moved on: {progress_en}.",
    ),
    "interest.closed": _pair(
        "Manifestazione di interesse {reference} chiusa: {progress_it}",
        "la manifestazione di interesse {reference} per «{title}» è chiusa.\nEsito: {progress_it}.",
        "Expression of interest {reference} closed: {progress_en}",
        "the expression of interest {reference} in “{title}” is closed.\nOutcome: {progress_en}.",
    ),
    "interest.withdrawn": _pair(
        "Manifestazione di interesse {reference} ritirata",
        "la manifestazione di interesse {reference} per «{title}» è stata ritirata da chi l'aveva presentata.",
        "Expression of interest {reference} withdrawn",
        "the expression of interest {reference} in “{title}” has been withdrawn by those who made it.",
    ),
    "interest.message": _pair(
        "Nuovo messaggio su {reference}",
        "c'è un nuovo messaggio sulla manifestazione di interesse {reference} per «{title}».",
        "New message on {reference}",
        "there is a new message on the expression of interest {reference} in “{title}”.",
    ),
    "partnership.opened": _pair(
        "Stanza riservata per «{title}»",
        "è aperta una stanza riservata per la collaborazione su «{title}».\n"
        "Vi si trovano le parti, i messaggi e i prossimi passi.",
        "Private room for “{title}”",
        "a private room is open for working together on “{title}”.\n"
        "It holds both sides, the messages and the next steps.",
    ),
    "partnership.message": _pair(
        "Nuovo messaggio nella stanza di «{title}»",
        "c'è un nuovo messaggio nella stanza riservata per «{title}».",
        "New message in the room of “{title}”",
        "there is a new message in the private room for “{title}”.",
    ),
    "partnership.step": _pair(
        "Nuovo passo concordato per «{title}»",
        "nella stanza riservata per «{title}» è stato aggiunto un prossimo passo.",
        "New next step for “{title}”",
        "a next step has been added in the private room for “{title}”.",
    ),
}
