"""The records: what every format is turned into before it is stored. docs/formats.md describes their keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from textwrap import shorten
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import ErrorDetails

from data.models.vocabulary import (
    EvidenceKind,
    IprStatus,
    OrganisationKind,
    PartnershipType,
    PartnerType,
    ProposalKind,
    ProposalState,
    Stage,
)
from data.sources import vocabulary
from data.sources.fields import (
    Boolean,
    Countries,
    Country,
    Day,
    Language,
    Moment,
    Name,
    Reading,
    Text,
    Url,
    Whole,
    choice,
    choices,
    identifier,
    line,
    reading,
    terms,
)
from data.sources.report import MAX_REASON
from data.sources.text import clean_line

EEN_REFERENCE = re.compile(r"(BO|BR|TO|TR|RDR)[A-Z]{2}\d{8,14}")
MAX_EVIDENCE = 5000

# EEN quality guidelines v1.2 (2024): imported texts may be longer, which is noted.
TEXT_LIMITS = {
    "title": 256,
    "summary": 500,
    "description": 4000,
    "advantages": 2000,
    "expertise_sought": 2000,
    "partner_role": 4000,
}
KEYWORD_LIMITS = {"technology_keywords": 5, "market_keywords": 5}


class Record(BaseModel):
    """Strict keys: an unknown one is an error; an absent one is null."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


class EvidenceRecord(Record):
    """A project, product, patent or publication of an organisation."""

    kind: Annotated[str, choice(EvidenceKind, vocabulary.EVIDENCE_KINDS, required=True)]
    title: Annotated[str, line(1000)]
    text: Text = None
    year: Annotated[Whole, Field(ge=1800, le=2200)] = None
    source: Annotated[str | None, line(100)] = None
    reference: Annotated[str | None, identifier(200)] = None
    language: Language = None
    url: Url = None

    @model_validator(mode="before")
    @classmethod
    def _title_from_text(cls, values: Any, info: ValidationInfo) -> Any:
        # Registers publish some projects without a title: their text is worth more than the title's absence.
        if isinstance(values, Mapping) and not values.get("title") and isinstance(values.get("text"), str):
            reading(info).notices.add("evidence.title", None, "is missing, made from the first words of the text")
            return {**values, "title": shorten(clean_line(values["text"]), 100, placeholder="…")}
        return values


def _external_ids(value: object) -> dict[str, str]:
    if value is None:
        return {}
    if isinstance(value, str):
        value = dict(part.split(":", 1) for part in value.split("|") if ":" in part)
    if not isinstance(value, Mapping):
        raise ValueError('expected an object such as {"pic": "999999999"}')
    found = {clean_line(str(scheme)).casefold(): clean_line(str(number)) for scheme, number in value.items()}
    for scheme, number in found.items():
        if not re.fullmatch(r"[a-z0-9_.-]{1,40}", scheme) or not 0 < len(number) <= 200:
            raise ValueError(f"{scheme}: {number!r} is no external id: a short scheme and an id of 1 to 200 characters")
    return dict(sorted(found.items()))


def _tax_code(value: object) -> str | None:
    code = re.sub(r"[\s.\-/]", "", str(value)).upper() if value not in (None, "") else ""
    if re.fullmatch(r"IT\d{11}", code):
        code = code[2:]
    if code and not re.fullmatch(r"[A-Z0-9]{5,40}", code):
        raise ValueError(f"{value!r} is no VAT or tax code: letters and digits, 5 to 40 of them")
    return code or None


class OrganisationRecord(Record):
    """An organisation as imported. `id` becomes the stored reference."""

    id: Annotated[str, identifier(200)]
    name: Name
    kind: Annotated[str, choice(OrganisationKind, vocabulary.ORGANISATION_KINDS, required=True)]
    size: Annotated[str | None, choice(PartnerType, vocabulary.PARTNERS)] = None
    country: Country = None
    region: Annotated[str | None, line(200)] = None
    city: Annotated[str | None, line(200)] = None
    website: Url = None
    description: Text = None
    language: Language = None
    tax_code: Annotated[str | None, BeforeValidator(_tax_code)] = None
    external_ids: Annotated[dict[str, str], BeforeValidator(_external_ids)] = Field(default_factory=dict)
    competences: Annotated[list[str], terms(300)] = Field(default_factory=list)
    themes: Annotated[list[str], terms(100)] = Field(default_factory=list)
    evidence: Annotated[list[EvidenceRecord], Field(max_length=MAX_EVIDENCE)] = Field(default_factory=list)
    withdrawn: Boolean = None

    @model_validator(mode="before")
    @classmethod
    def _null_lists(cls, values: Any) -> Any:
        return _without_null(values, "evidence")


class CallRecord(Record):
    """The call that an R&D partner search answers."""

    programme: Text = None
    title: Text = None
    identifier: Text = None
    scheme: Text = None
    coordinator_required: Boolean = None
    eoi_deadline: Day = None
    deadline: Day = None
    weeks: Annotated[Whole, Field(ge=0, le=2000)] = None
    budget: Text = None
    acronym: Text = None
    url: Url = None


class ProposalRecord(Record):
    """A proposal as imported, of the platform or of another network."""

    reference: Annotated[str, identifier(200)]
    kind: Annotated[str, choice(ProposalKind, vocabulary.KINDS, required=True)]
    title: Annotated[str, line(500)]
    summary: Text = None
    description: Text = None
    advantages: Text = None
    expertise_sought: Text = None
    partner_role: Text = None
    stage: Annotated[str | None, choice(Stage, vocabulary.STAGES)] = None
    ipr: Annotated[str | None, choice(IprStatus, vocabulary.IPR)] = None
    ipr_notes: Text = None
    partnership_types: Annotated[list[str], choices(PartnershipType, vocabulary.PARTNERSHIPS)] = Field(
        default_factory=list
    )
    partner_types: Annotated[list[str], choices(PartnerType, vocabulary.PARTNERS)] = Field(default_factory=list)
    technology_keywords: Annotated[list[str], terms(100)] = Field(default_factory=list)
    market_keywords: Annotated[list[str], terms(100)] = Field(default_factory=list)
    sdg: Annotated[list[str], terms(100, "|,;")] = Field(default_factory=list)
    themes: Annotated[list[str], terms(100)] = Field(default_factory=list)
    keywords: Annotated[list[str], terms(300, "|,;")] = Field(default_factory=list)
    target_countries: Countries = Field(default_factory=list)
    country: Country = None
    language: Language = None
    second_language: Language = None
    second_title: Annotated[str | None, line(500)] = None
    second_summary: Text = None
    second_description: Text = None
    call: CallRecord | None = None
    source: Annotated[str | None, line(40)] = None
    organisation: Annotated[str | None, identifier(200)] = None
    open_for_eoi: Boolean = None
    public_url: Url = None
    published: Day = None
    expires: Day = None
    last_modified: Moment = None
    state: Annotated[str | None, choice(ProposalState, vocabulary.STATES)] = None

    @model_validator(mode="before")
    @classmethod
    def _full_title(cls, values: Any) -> Any:
        # A title that is too long for its column is cut; its whole text must not be lost.
        title = values.get("title") if isinstance(values, Mapping) else None
        if isinstance(title, str) and len(title) > 500 and isinstance(values.get("description"), str | None):
            return {**values, "description": f"{title}\n\n{values.get('description') or ''}"}
        return values

    @model_validator(mode="after")
    def _note_limits(self, info: ValidationInfo) -> ProposalRecord:
        notices = reading(info).notices
        for name, limit in TEXT_LIMITS.items():
            if len(getattr(self, name) or "") > limit:
                notices.add(name, None, f"longer than the {limit} characters of the quality guidelines, kept")
        for name, limit in KEYWORD_LIMITS.items():
            if len(getattr(self, name)) > limit:
                notices.add(name, None, f"more than {limit} codes, kept")
        if self.published and self.expires and self.expires < self.published:
            notices.add("expires", None, "lies before the day of publication")
        return self


def _without_null(values: Any, *names: str) -> Any:
    if isinstance(values, Mapping):
        return {key: value for key, value in values.items() if key not in names or value is not None}
    return values


class RowError(ValueError):
    """A row is not valid: the first field concerned, and all reasons in one text."""

    def __init__(self, field: str | None, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason[:MAX_REASON]


def parse_organisation(values: Mapping[str, Any], how: Reading) -> OrganisationRecord:
    """A valid organisation. Raises RowError."""
    return _parse(OrganisationRecord, values, how)


def parse_proposal(values: Mapping[str, Any], how: Reading) -> ProposalRecord:
    """A valid proposal. Raises RowError."""
    return _parse(ProposalRecord, values, how)


R = TypeVar("R", bound=Record)


def _parse(model: type[R], values: Mapping[str, Any], how: Reading) -> R:
    try:
        return model.model_validate(values, context=how)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
    fields = [".".join(str(part) for part in problem["loc"]) for problem in problems]
    first = _reason(model, problems[0])
    others = [f"{name}: {_reason(model, problem)}" for name, problem in zip(fields[1:], problems[1:], strict=True)]
    raise RowError(fields[0] or None, "; ".join([first, *others[:10]]))


def _reason(model: type[Record], problem: ErrorDetails) -> str:
    if problem["type"] == "extra_forbidden":
        return _unknown_key(model, str(problem["loc"][-1]))
    if problem["type"] == "missing" or (problem["type"] == "string_type" and not problem["input"]):
        return "is required"
    return problem["msg"].removeprefix("Value error, ")


def _unknown_key(model: type[Record], key: str) -> str:
    similar = get_close_matches(key, list(model.model_fields), n=1)
    hint = f"; did you mean {similar[0]!r}?" if similar else ""
    return f"unknown key{hint}"
