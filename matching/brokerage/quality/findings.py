"""What the quality check says: findings, each with its rule, its field and the very words concerned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from data.models.vocabulary import QualityRule, Severity
from embeddings.sentences import split_sentences

_MAJOR: Final = frozenset(
    {
        QualityRule.DUPLICATE,
        QualityRule.OTHER_NAME,
        QualityRule.BRAND,
        QualityRule.WEB_ADDRESS,
        QualityRule.STREET_ADDRESS,
        QualityRule.SOCIAL_HANDLE,
        QualityRule.WRONG_LANGUAGE,
        QualityRule.MIXED_LANGUAGES,
    }
)
_MINOR: Final = frozenset(
    {
        QualityRule.TOO_SHORT,
        QualityRule.REPEATED,
        QualityRule.TITLE_GENERAL,
        QualityRule.TITLE_CAPITALS,
        QualityRule.TITLE_FULL_STOP,
        QualityRule.PROMOTIONAL,
        QualityRule.SHOUTING,
    }
)
SEVERITIES: Final[Mapping[QualityRule, Severity]] = {
    rule: Severity.MAJOR if rule in _MAJOR else Severity.MINOR if rule in _MINOR else Severity.BLOCKER
    for rule in QualityRule
}
"""How much each rule weighs: faults of the form, own names, patents and direct contacts block."""

FIELD_ORDER: Final = (
    "title",
    "summary",
    "description",
    "advantages",
    "expertise_sought",
    "stage",
    "ipr",
    "ipr_notes",
    "partner_role",
    "partnership_types",
    "partner_types",
    "een_technology",
    "een_market",
    "sdg",
    "keywords",
    "country",
    "target_countries",
    "language",
    "second_language",
    "second_title",
    "second_summary",
    "second_description",
)
"""Fields in the order of the form; what is not here comes after, by name."""

_WEIGHTS: Final = {severity: weight for weight, severity in enumerate(Severity)}
_PLACES: Final = {name: place for place, name in enumerate(FIELD_ORDER)}


class Span(NamedTuple):
    """Words of a text that a rule is about: from `start` up to `end`, in characters."""

    rule: QualityRule
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not in order.

    `field` is the form's name of the field; `sentence` the sentence concerned, None where the whole field is meant;
    `found` the exact words or value (for a duplicate the other proposal's reference); `limit` the limit that is
    broken, in characters or entries; `start` and `end` the place in the field, in characters.
    """

    severity: Severity
    rule: QualityRule
    field: str
    sentence: str | None = None
    found: str | None = None
    limit: int | None = None
    start: int | None = None
    end: int | None = None

    @classmethod
    def of(cls, rule: QualityRule, field: str, *, found: str | None = None, limit: int | None = None) -> Finding:
        """A finding about a whole field."""
        return cls(SEVERITIES[rule], rule, field, found=found, limit=limit)


@dataclass(frozen=True)
class Text:
    """What a field says, the language that it is declared to be in (None where none is), and its sentences.

    `running` is False for a list of words, which has no sentences to judge.
    """

    field: str
    text: str
    language: str | None
    running: bool = True

    @cached_property
    def sentences(self) -> tuple[tuple[int, int, str], ...]:
        """(start, end, sentence) of each sentence, white space tidied in the third."""
        found = []
        place = 0
        for sentence in split_sentences(self.text):
            starts = []
            for word in sentence.split():
                at = self.text.find(word, place)
                if at < 0:  # no sentence is made up, but a place that cannot be told is left where we are
                    continue
                starts.append(at)
                place = at + len(word)
            if starts:
                found.append((starts[0], place, sentence))
        return tuple(found)

    def finding(self, span: Span) -> Finding:
        """A finding about some words of the text, with the sentence in which they begin."""
        rule, start, end = span
        sentence = next((words for first, last, words in self.sentences if first <= start < last), None)
        return Finding(
            SEVERITIES[rule], rule, self.field, sentence, " ".join(self.text[start:end].split()), None, start, end
        )


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Worst first, then by field and place; the same words of one field are told once for each rule."""
    once: dict[tuple[QualityRule, str, str], Finding] = {}
    for finding in sorted(findings, key=_key):
        once.setdefault((finding.rule, finding.field, (finding.found or "").casefold()), finding)
    return tuple(once.values())


def _key(finding: Finding) -> tuple[int, int, str, int, str]:
    place = _PLACES.get(finding.field, len(_PLACES))
    return _WEIGHTS[finding.severity], place, finding.field, finding.start or 0, finding.rule.value


def without_overlaps(spans: Iterable[Span]) -> list[Span]:
    """The spans, each only where none of an earlier one lies: who comes first has the better reason."""
    kept: list[Span] = []
    for span in spans:
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return kept
