"""What states and steps of an expression of interest are called: the Italian names are the official ones."""

from __future__ import annotations

from collections.abc import Mapping

from data.models.vocabulary import InterestProgress, InterestState

Label = Mapping[str, str]
"""Language to text, for `it` and `en`."""

STATES: Mapping[InterestState, Label] = {
    InterestState.DRAFT: {"it": "Bozza", "en": "Draft"},
    InterestState.SUBMITTED: {"it": "Presentata", "en": "Submitted"},
    InterestState.IN_EVALUATION: {"it": "In valutazione", "en": "In evaluation"},
    InterestState.RELEVANT: {"it": "Pertinente", "en": "Relevant"},
    InterestState.REJECTED: {"it": "Respinta", "en": "Rejected"},
    InterestState.SUSPENDED: {"it": "Sospesa", "en": "Suspended"},
    InterestState.TAKEN_OVER: {"it": "Presa in carico", "en": "Taken over"},
    InterestState.CLOSED: {"it": "Chiusa", "en": "Closed"},
}

PROGRESS: Mapping[InterestProgress, Label] = {
    InterestProgress.INFORMATION_REQUESTED: {
        "it": "Richiesta di informazioni fatta",
        "en": "Request for information made",
    },
    InterestProgress.INTEREST_EXPRESSED: {
        "it": "Manifestazione di interesse EEN fatta",
        "en": "EEN expression of interest made",
    },
    InterestProgress.PENDING: {"it": "Attività in sospeso", "en": "Activity pending"},
    InterestProgress.TAKEN_OVER: {"it": "Presa in carico avvenuta", "en": "Taken over by an expert"},
    InterestProgress.FIRST_CONTACT: {"it": "Primo contatto stabilito", "en": "First contact made"},
    InterestProgress.AWAITING_ADDITIONS: {"it": "In attesa di integrazioni", "en": "Waiting for further information"},
    InterestProgress.FORWARDED: {"it": "EOI inoltrata", "en": "EoI forwarded"},
    InterestProgress.CONTACT_STARTED: {"it": "Contatto avviato", "en": "Contact between the parties begun"},
    InterestProgress.NEGOTIATING: {"it": "Negoziazione in corso", "en": "Negotiation in progress"},
    InterestProgress.AGREEMENT: {"it": "Accordo raggiunto", "en": "Agreement reached"},
    InterestProgress.NO_AGREEMENT: {
        "it": "Mancato interesse di controparte / mancato accordo",
        "en": "No interest of the other side / no agreement",
    },
    InterestProgress.TRANSFERRED_CLOSED: {"it": "Caso trasferito e chiuso", "en": "Case transferred and closed"},
    InterestProgress.NO_LONGER_INTERESTED: {
        "it": "Non interessa più all'utente",
        "en": "No longer of interest to the user",
    },
    InterestProgress.INFORMATION_CLOSED: {
        "it": "Richiesta di informazioni chiusa",
        "en": "Request for information closed",
    },
}


def state_label(state: str, language: str) -> str:
    """What a state is called."""
    return STATES[InterestState(state)][language]


def progress_label(progress: str | None, language: str) -> str:
    """What a step is called; empty for none."""
    return PROGRESS[InterestProgress(progress)][language] if progress else ""
