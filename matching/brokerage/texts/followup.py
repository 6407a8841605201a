"""Texts of following up: saved searches and lists, and the frame of letters that carry notifications."""

from __future__ import annotations

from dataclasses import dataclass

from matching.brokerage.texts.text import Text

KINDS: dict[str, dict[str, str]] = {
    "proposal": {"it": "proposte", "en": "proposals"},
    "suggestion": {"it": "partner suggeriti", "en": "suggested partners"},
    "interest": {"it": "manifestazioni di interesse", "en": "expressions of interest"},
    "partnership": {"it": "partenariati", "en": "partnerships"},
    "search": {"it": "ricerche salvate", "en": "saved searches"},
    "expiry": {"it": "scadenze", "en": "expiry dates"},
    "desk": {"it": "lavoro dell'agenzia", "en": "work of the agency"},
    "account": {"it": "account e organizzazione", "en": "account and organisation"},
}
"""What each kind of notification is about, as letters say it."""

FOOT: dict[str, str] = {
    "it": (
        "Per aprire la pagina:\n{url}\n\n--\nQuesto messaggio riguarda: {kind}. "
        "Per non riceverne altri di questo tipo:\n{off}\n"
    ),
    "en": (
        "To open the page:\n{url}\n\n--\nThis message is about: {kind}. To get no more messages of this kind:\n{off}\n"
    ),
}


@dataclass(frozen=True, slots=True)
class DigestText:
    """The frame of a letter with several notifications."""

    subject: str
    body: str
    off: str


DIGEST: dict[str, DigestText] = {
    "it": DigestText(
        "Novità su Abbina: {count}",
        "Buongiorno,\n\necco le novità su Abbina.\n\n{items}\n\n--\nPer scegliere che cosa ricevere, e quanto spesso:\n"
        "{preferences}\n",
        "  (per non ricevere altri messaggi su {kind}: {off})",
    ),
    "en": DigestText(
        "News on Abbina: {count}",
        "Hello,\n\nhere is what is new on Abbina.\n\n{items}\n\n--\nTo choose what you get and how often:\n"
        "{preferences}\n",
        "  (to get no more messages about {kind}: {off})",
    ),
}

TEMPLATES: dict[str, dict[str, Text]] = {
    "search.hits": {
        "it": Text(
            "Ricerca salvata, nuovi candidati ({count}): {title}",
            "Buongiorno,\n\nla ricerca salvata per «{title}» ha trovato nuovi candidati: {count}.\n",
        ),
        "en": Text(
            "Saved search, new candidates ({count}): {title}",
            "Hello,\n\nthe search saved for “{title}” has found new candidates: {count}.\n",
        ),
    },
    "search.hits_withheld": {
        "it": Text(
            "Ricerca salvata, candidati all'esame dell'agenzia ({count}): {title}",
            "Buongiorno,\n\nla ricerca salvata per «{title}» ha trovato nuovi candidati: {count}.\n"
            "L'agenzia li sta esaminando: quelli adatti compariranno nella pagina della proposta.\n",
        ),
        "en": Text(
            "Saved search, candidates that your broker is looking at ({count}): {title}",
            "Hello,\n\nthe search saved for “{title}” has found new candidates: {count}.\n"
            "Your broker is looking at them: those that fit will appear on the page of the proposal.\n",
        ),
    },
    "search.hits_desk": {
        "it": Text(
            "Candidati da esaminare ({count}): {title}",
            "Buongiorno,\n\nuna ricerca salvata per «{title}» ha trovato nuovi candidati da esaminare: {count}.\n",
        ),
        "en": Text(
            "Candidates to look at ({count}): {title}",
            "Hello,\n\na search saved for “{title}” has found new candidates to look at: {count}.\n",
        ),
    },
    "saved_list.new": {
        "it": Text(
            "Elenco seguito, novità ({count}): {name}",
            "Buongiorno,\n\nnell'elenco seguito «{name}» ci sono novità: {count}.\n",
        ),
        "en": Text(
            "Followed list, new entries ({count}): {name}",
            "Hello,\n\nthe list “{name}” that you follow has new entries: {count}.\n",
        ),
    },
}
