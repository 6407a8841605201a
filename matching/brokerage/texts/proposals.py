"""Texts about the life of a proposal, for its company and for the staff."""

from __future__ import annotations

from matching.brokerage.texts.text import Text

TEMPLATES: dict[str, dict[str, Text]] = {
    "proposal.submitted": {
        "it": Text("Da validare: {title}", "Buongiorno,\n\nla proposta «{title}» è in attesa di validazione.\n"),
        "en": Text("To validate: {title}", "Hello,\n\nthe proposal “{title}” waits for validation.\n"),
    },
    "proposal.endorsed": {
        "it": Text(
            "Serve una seconda approvazione: {title}",
            "Buongiorno,\n\nla proposta «{title}» ha una prima approvazione: ne serve un'altra, di un'altra persona.\n",
        ),
        "en": Text(
            "A second approval is needed: {title}",
            "Hello,\n\nthe proposal “{title}” was approved once: another person must approve it, too.\n",
        ),
    },
    "proposal.approved": {
        "it": Text(
            "Proposta pubblicata: {title}",
            "Buongiorno,\n\nla proposta «{title}» è stata approvata ed è pubblicata.\n",
        ),
        "en": Text("Published: {title}", "Hello,\n\nthe proposal “{title}” was approved and is published.\n"),
    },
    "proposal.refused": {
        "it": Text(
            "Proposta da rivedere: {title}",
            "Buongiorno,\n\nla proposta «{title}» non è stata approvata.\nMotivo: {reason}\n\n"
            "Si può correggere e inviare di nuovo.\n",
        ),
        "en": Text(
            "To be revised: {title}",
            "Hello,\n\nthe proposal “{title}” was not approved.\nReason: {reason}\n\n"
            "It can be corrected and handed in again.\n",
        ),
    },
    "proposal.closed": {
        "it": Text("Proposta chiusa: {title}", "Buongiorno,\n\nla proposta «{title}» è stata chiusa.\n"),
        "en": Text("Closed: {title}", "Hello,\n\nthe proposal “{title}” was closed.\n"),
    },
    "proposal.expiring": {
        "it": Text(
            "Scade il {day}: {title}",
            "Buongiorno,\n\nla proposta «{title}» scade il {day}. Dalla sua pagina si può prorogare, una volta sola,"
            " se non segue la scadenza di un bando, oppure chiudere.\n",
        ),
        "en": Text(
            "Ends on {day}: {title}",
            "Hello,\n\nthe proposal “{title}” ends on {day}. On its page it can be extended, once, unless it follows"
            " the deadline of a call, or closed.\n",
        ),
    },
    "proposal.accompanied": {
        "it": Text(
            "Una persona dell'agenzia segue: {title}",
            "Buongiorno,\n\nuna persona dell'agenzia segue ora la proposta «{title}»: il nome è sulla sua pagina.\n",
        ),
        "en": Text(
            "A broker accompanies: {title}",
            "Hello,\n\na broker of the agency now accompanies the proposal “{title}”: its page says who.\n",
        ),
    },
    "proposal.assigned": {
        "it": Text("Proposta affidata: {title}", "Buongiorno,\n\nla proposta «{title}» è affidata a questo account.\n"),
        "en": Text("Assigned: {title}", "Hello,\n\nthe proposal “{title}” was assigned to you.\n"),
    },
    "response.interested": {
        "it": Text(
            "Interesse per {candidate}",
            "Buongiorno,\n\nper la proposta «{title}» l'impresa è interessata a {candidate}.\n",
        ),
        "en": Text(
            "Interested in {candidate}",
            "Hello,\n\nfor the proposal “{title}” the company is interested in {candidate}.\n",
        ),
    },
    "response.not_interested": {
        "it": Text(
            "Nessun interesse per {candidate}",
            "Buongiorno,\n\nper la proposta «{title}» l'impresa non è interessata a {candidate}.\n",
        ),
        "en": Text(
            "Not interested in {candidate}",
            "Hello,\n\nfor the proposal “{title}” the company is not interested in {candidate}.\n",
        ),
    },
    "response.question": {
        "it": Text(
            "Domanda su {candidate}",
            "Buongiorno,\n\nper la proposta «{title}» l'impresa chiede di {candidate}:\n{question}\n",
        ),
        "en": Text(
            "A question about {candidate}",
            "Hello,\n\nfor the proposal “{title}” the company asks about {candidate}:\n{question}\n",
        ),
    },
}
