"""How a match reads on a terminal, in Italian and English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from babel import Locale

from jobs.words import BANDS, BECOMES, FEATURES, LIFTS, OUTCOMES, PARTNER_TYPES, STAGES, VERDICTS, WORDS
from matching.types import Band, Counterfactual, Criterion, Judgement, Match, SentencePair, Suggestions, Target, Verdict

_LONGEST_QUOTE = 200
_ASKED_FOR = (Criterion.COUNTRY, Criterion.PARTNER_TYPE, Criterion.STAGE)


def lines(found: Suggestions, language: str, *, explain: bool) -> Iterator[str]:
    """The lines that show suggestions: two lists, each match with its reasons."""
    words = WORDS[language]
    for target, matches in ((Target.ORGANISATIONS, found.organisations), (Target.PROPOSALS, found.proposals)):
        if target.value not in found.considered:
            continue
        yield f"\n{words[target.value]} ({words['considered']}: {found.considered[target.value]})"
        if not any(_is_good(match) for match in matches):
            yield f"  {words['none']}{'; ' + words['nearest'] if matches else ''}"
        for match in matches:
            yield from _match(match, language, explain)


def _is_good(match: Match) -> bool:
    return match.band is not Band.WEAK or match.curated is not None


def _match(match: Match, language: str, explain: bool) -> Iterator[str]:
    words = WORDS[language]
    place = ", ".join(part for part in (match.city, match.country) if part)
    yield f"{match.rank:>3}. {match.title}  [{BANDS[language][match.band.value].lower()}, {match.probability:.0%}]"
    yield f"     {match.reference} · {match.kind}{' · ' + place if place else ''}"
    if match.exploratory:
        yield f"     {words['exploratory']}"
    if match.twins:
        yield f"     {words['twins']}: {', '.join(twin.reference for twin in match.twins)}"
    explanation = match.explanation
    shared = [code.label(language) for code in (*explanation.shared_competences, *explanation.shared_themes)]
    if shared:
        yield f"     {words['shares']}: {', '.join(shared)}"
    if explanation.sentences:
        yield f"     {words['says']}: {_quote(explanation.sentences, words['from'])}"
    if explain:
        yield from _reasons(explanation.judgements, language)
        lift = lift_sentence(explanation.counterfactual, language)
        if lift:
            yield f"     {lift}"
        yield from _numbers(match, language)


def _quote(pair: SentencePair, origin: str) -> str:
    source = f" ({origin} “{pair.evidence_title}”)" if pair.evidence_title else ""
    return f"“{_shorten(pair.candidates)}”{source}"


def _reasons(judgements: Sequence[Judgement], language: str) -> Iterator[str]:
    """What speaks for, what is to be checked, what speaks against; nothing of what nobody asked for."""
    for verdict in (Verdict.MATCH, Verdict.UNKNOWN, Verdict.GAP):
        said = [
            OUTCOMES[language].get(f"{item.criterion.value}:{verdict.value if item.known else ''}", "")
            for item in judgements
            if item.verdict is verdict and not (verdict is Verdict.UNKNOWN and _is_idle(item))
        ]
        if any(said):
            yield f"     {VERDICTS[language][verdict.value].lower()}: {', '.join(filter(None, said))}"


def _is_idle(judgement: Judgement) -> bool:
    """Whether there is nothing to check: nobody asked, or it is a mere matter of words."""
    if judgement.criterion in _ASKED_FOR:
        return not judgement.wanted
    return judgement.criterion is Criterion.WORDS


def lift_sentence(lift: Counterfactual | None, language: str) -> str:
    """What would lift a match into a better band, in one sentence; empty where nothing would."""
    if lift is None:
        return ""
    name = lift.criterion.value
    if lift.criterion not in (Criterion.COMPETENCE, Criterion.EVIDENCE):
        name = f"{name}:{'stated' if lift.stated else 'open'}"
    names = {**PARTNER_TYPES[language], **STAGES[language], **Locale(language).territories}
    return LIFTS[language].get(name, "") % {
        "band": BECOMES[language][lift.band.value],
        "names": ", ".join(names.get(value, value) for value in lift.wanted),
        "label": lift.code.label(language) if lift.code else "",
    }


def feature_label(feature: str, language: str) -> str:
    """What a feature is called; one that has no name yet is called by its words."""
    return FEATURES[language].get(feature, feature.replace("_", " "))


def _numbers(match: Match, language: str) -> Iterator[str]:
    words = WORDS[language]
    for part in match.explanation.contributions:
        if part.weight == 0.0:
            continue
        value = "" if part.feature == "baseline" else words["unknown"] if part.value is None else f"{part.value:.2f}"
        yield f"       {part.points:+7.3f}  {feature_label(part.feature, language)} {value}".rstrip()
    yield f"       {match.score:+7.3f}  {words['sum']}"


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE].rsplit(" ", 1)[0] + "…"
