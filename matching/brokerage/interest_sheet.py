"""An expression of interest as it is printed: plain values, no record of a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from matching.brokerage.interest_words import InterestKind


@dataclass(frozen=True, slots=True)
class InBoth:
    """A text in English and Italian; empty where it is not known in that language."""

    en: str = ""
    it: str = ""

    def first(self, language: str) -> str:
        """The text in `language` (en, it), else in the other one."""
        return (self.en or self.it) if language == "en" else (self.it or self.en)


@dataclass(frozen=True, slots=True)
class InterestedParty:
    """Who is interested."""

    organisation: str
    sector: str = ""
    address: str = ""
    website: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class ProfileTexts:
    """What is written about a profile of the network."""

    technology_interest: str = ""
    information_requested: str = ""
    presentation: str = ""


@dataclass(frozen=True, slots=True)
class PlatformTexts:
    """What is written about a proposal of the platform."""

    partnership_offered: str = ""
    additional_information: str = ""
    clarifications: str = ""


@dataclass(frozen=True, slots=True)
class InterestSheet:
    """All that is printed. Texts stand as they were written, in `language` (it, en; another code is shown as it is).

    Raises ValueError where the texts are not those of its kind.
    """

    reference: str
    kind: InterestKind
    proposal_reference: str
    title: InBoth
    party: InterestedParty
    texts: ProfileTexts | PlatformTexts
    sent: date
    state: InBoth
    progress: InBoth
    privacy_version: str
    privacy_accepted: date
    language: str
    expert: str = ""
    office: str = ""

    def __post_init__(self) -> None:
        wanted = PlatformTexts if self.kind is InterestKind.PLATFORM else ProfileTexts
        if not isinstance(self.texts, wanted):
            raise ValueError(f"an expression of interest of kind {self.kind.value} needs {wanted.__name__}")
