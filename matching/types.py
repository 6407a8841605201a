"""What goes in and out of a match. All frozen; none of it knows the database or the web."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Target(StrEnum):
    """The two lists; their scores are not comparable with each other."""

    ORGANISATIONS = "organisations"
    PROPOSALS = "proposals"


class Band(StrEnum):
    """How sure a suggestion is, in words."""

    STRONG = "strong"
    GOOD = "good"
    POSSIBLE = "possible"
    WEAK = "weak"


class Verdict(StrEnum):
    """How a candidate stands against one criterion."""

    MATCH = "MATCH"
    GAP = "GAP"
    UNKNOWN = "UNKNOWN"


class Criterion(StrEnum):
    """What a broker looks at, one line each."""

    NEED = "need"
    COMPETENCE = "competence"
    THEME = "theme"
    PARTNER_TYPE = "partner_type"
    COUNTRY = "country"
    STAGE = "stage"
    EVIDENCE = "evidence"
    WORDS = "words"


Spans = tuple[tuple[int, int], ...]
"""Places in a text, each from one character up to another."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code of a taxonomy with its labels."""

    tree: str
    code: str
    label_it: str
    label_en: str

    def label(self, language: str) -> str:
        """The label in `it` or `en`."""
        return self.label_it if language == "it" else self.label_en


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one feature adds to the score. `value` is in [0, 1] or None where it is unknown (it then adds nothing)."""

    feature: str
    value: float | None
    weight: float
    points: float


@dataclass(frozen=True, slots=True)
class SentencePair:
    """The two sentences that fit best: one that says the need, one that says the offer.

    `candidate_seeks`: the need is the candidate's and the offer ours (else the other way round). The marks are spans
    of characters, (from, to), of the words that the two have in common.
    """

    sought: str
    offered: str
    similarity: float
    candidate_seeks: bool = False
    evidence_title: str | None = None
    evidence_year: int | None = None
    sought_marks: Spans = ()
    offered_marks: Spans = ()

    @property
    def candidates(self) -> str:
        """The candidate's sentence of the two."""
        return self.sought if self.candidate_seeks else self.offered

    @property
    def candidates_marks(self) -> Spans:
        """The marks of the candidate's sentence."""
        return self.sought_marks if self.candidate_seeks else self.offered_marks


@dataclass(frozen=True, slots=True)
class Judgement:
    """One criterion with its verdict, and what it rests on (values of the records, never prose of ours).

    An UNKNOWN is either between a match and a gap, or (`known` is False) nothing was there to compare.
    """

    criterion: Criterion
    verdict: Verdict
    wanted: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    known: bool = True


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """What would lift a candidate into a better band: one criterion, with the values that its features would have.

    `stated` says that the candidate states something else now; otherwise nothing sure is known of it. `wanted` are the
    values that the one who asks wants (countries, types, a stage), `code` the competence or theme that is missing.
    """

    criterion: Criterion
    band: Band
    features: tuple[tuple[str, float], ...]
    stated: bool = False
    wanted: tuple[str, ...] = ()
    code: Code | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a candidate stands where it stands; everything in it is used by the calculation."""

    contributions: tuple[Contribution, ...]
    judgements: tuple[Judgement, ...]
    shared_competences: tuple[Code, ...] = ()
    shared_themes: tuple[Code, ...] = ()
    sentences: SentencePair | None = None
    counterfactual: Counterfactual | None = None


@dataclass(frozen=True, slots=True)
class Twin:
    """A near-duplicate that a match stands for: the same profile posted again, or the organisation's other name."""

    reference: str
    title: str


@dataclass(frozen=True, slots=True)
class Match:
    """A suggested partner. `score` is the sum of the contributions (log-odds), `probability` its logistic."""

    target: Target
    candidate_id: int
    reference: str
    title: str
    rank: int
    score: float
    probability: float
    band: Band
    explanation: Explanation
    kind: str
    country: str | None = None
    city: str | None = None
    region: str | None = None
    summary: str | None = None
    language: str | None = None
    organisation: str | None = None
    curated: str | None = None
    """`accept`, `pin` or `add` where a broker decided so."""
    exploratory: bool = False
    """Whether it has the place for those whom nobody was shown lately."""
    twins: tuple[Twin, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestions:
    """The answer to a query: two lists, and what the answer rests on."""

    query: str
    generation: str
    organisations: tuple[Match, ...] = ()
    proposals: tuple[Match, ...] = ()
    considered: dict[str, int] = field(default_factory=dict)
    """How many candidates passed the rules, for each list."""
