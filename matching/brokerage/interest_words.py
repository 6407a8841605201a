"""What the two parts of a printed expression of interest say, each in its own language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class InterestKind(StrEnum):
    """What an expression of interest is: a question, a full one on a profile of the network, or one on the platform."""

    INFORMATION = "information"
    FULL = "full"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Words:
    """The labels of one part; `{…}` are filled in by the page that prints them."""

    language: str
    heading: str
    part: str
    kinds: Mapping[InterestKind, str]
    fields: Mapping[str, str]
    sections: Mapping[str, str]
    not_given: str
    other_language: str
    page: str
    date: str


ENGLISH = Words(
    language="en",
    heading="Expression of interest",
    part="Part 1: English, for the node of the other side",
    kinds={
        InterestKind.INFORMATION: "Request for information",
        InterestKind.FULL: "Full expression of interest",
        InterestKind.PLATFORM: "Expression of interest in a proposal of the platform",
    },
    fields={
        "reference": "Reference",
        "kind": "Kind",
        "proposal_reference": "Proposal",
        "title": "Title of the proposal",
        "sent": "Date",
        "state": "State",
        "progress": "Progress",
        "expert": "Expert of the local node",
        "office": "Office of the local node",
        "organisation": "Organisation",
        "sector": "Sector",
        "address": "Address",
        "website": "Website",
        "contact": "Contact person",
        "phone": "Telephone",
        "email": "E-mail",
        "technology_interest": "Interest in the technology",
        "information_requested": "Information requested",
        "presentation": "Presentation of the organisation",
        "partnership_offered": "Partnership offered",
        "additional_information": "Additional information",
        "clarifications": "Clarifications asked for",
        "privacy": "Privacy notice",
    },
    sections={"case": "The case", "organisation": "Who is interested", "texts": "What they write"},
    not_given="not given",
    other_language="The texts below stand as they were written, in {language}.",
    page="Page {page} of {pages}",
    date="{day} {month} {year}",
)

ITALIAN = Words(
    language="it",
    heading="Manifestazione di interesse",
    part="Parte 2: italiano, per il nodo locale",
    kinds={
        InterestKind.INFORMATION: "Richiesta di informazioni",
        InterestKind.FULL: "Manifestazione di interesse completa",
        InterestKind.PLATFORM: "Manifestazione di interesse per una proposta della piattaforma",
    },
    fields={
        "reference": "Riferimento",
        "kind": "Tipo",
        "proposal_reference": "Proposta",
        "title": "Titolo della proposta",
        "sent": "Data",
        "state": "Stato",
        "progress": "Avanzamento",
        "expert": "Esperto del nodo locale",
        "office": "Sede del nodo locale",
        "organisation": "Organizzazione",
        "sector": "Settore",
        "address": "Indirizzo",
        "website": "Sito web",
        "contact": "Persona di contatto",
        "phone": "Telefono",
        "email": "E-mail",
        "technology_interest": "Interesse per la tecnologia",
        "information_requested": "Informazioni richieste",
        "presentation": "Presentazione dell’organizzazione",
        "partnership_offered": "Collaborazione offerta",
        "additional_information": "Ulteriori informazioni",
        "clarifications": "Chiarimenti richiesti",
        "privacy": "Informativa sulla privacy",
    },
    sections={"case": "Il caso", "organisation": "Chi è interessato", "texts": "Che cosa scrive"},
    not_given="non indicato",
    other_language="I testi che seguono sono riportati come sono stati scritti, in {language}.",
    page="Pagina {page} di {pages}",
    date="{day} {month} {year}",
)

LANGUAGES: Mapping[str, Mapping[str, str]] = {
    "en": {"en": "English", "it": "Italian"},
    "it": {"en": "inglese", "it": "italiano"},
}
PRIVACY: Mapping[str, str] = {
    "en": "version {version}, accepted on {date}",
    "it": "versione {version}, accettata in data {date}",
}
MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "it": (
        *("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno"),
        *("luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"),
    ),
}
