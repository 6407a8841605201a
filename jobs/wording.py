"""How a match reads on a terminal, in Italian and English."""

from __future__ import annotations

from collections.abc import Iterator

from matching.types import Band, Criterion, Match, Suggestions, Target, Verdict

WORDS: dict[str, dict[str, str]] = {
    "it": {
        Target.ORGANISATIONS: "Organizzazioni",
        Target.PROPOSALS: "Proposte complementari",
        Band.STRONG: "molto adatto",
        Band.GOOD: "adatto",
        Band.POSSIBLE: "possibile",
        Band.WEAK: "debole",
        Criterion.NEED: "bisogno",
        Criterion.COMPETENCE: "competenze",
        Criterion.THEME: "temi",
        Criterion.PARTNER_TYPE: "tipo di partner",
        Criterion.COUNTRY: "Paese",
        Criterion.STAGE: "stadio di sviluppo",
        Criterion.EVIDENCE: "esperienze documentate",
        Verdict.MATCH: "sì",
        Verdict.GAP: "manca",
        Verdict.UNKNOWN: "non noto",
        "need_fit": "aderenza al bisogno",
        "offer_fit": "aderenza all'offerta",
        "asks": "aderenza a ciò che chiede",
        "lexical": "parole in comune",
        "recency": "attualità",
        "shares": "in comune",
        "says": "dice",
        "from": "da",
        "none": "nessun partner adatto trovato",
        "considered": "considerati",
        "baseline": "base di partenza",
        "parts": "somma",
        "unknown": "non noto",
        "exploratory": "nelle quattro settimane prima di oggi non mostrata a nessuno: è qui per farsi notare",
        "twins": "vale anche per",
    },
    "en": {
        Target.ORGANISATIONS: "Organisations",
        Target.PROPOSALS: "Counterpart proposals",
        Band.STRONG: "strong",
        Band.GOOD: "good",
        Band.POSSIBLE: "possible",
        Band.WEAK: "weak",
        Criterion.NEED: "need",
        Criterion.COMPETENCE: "competence",
        Criterion.THEME: "theme",
        Criterion.PARTNER_TYPE: "type of partner",
        Criterion.COUNTRY: "country",
        Criterion.STAGE: "stage of development",
        Criterion.EVIDENCE: "documented experience",
        Verdict.MATCH: "yes",
        Verdict.GAP: "missing",
        Verdict.UNKNOWN: "not known",
        "need_fit": "fit to the need",
        "offer_fit": "fit to the offer",
        "asks": "fit to what it asks for",
        "lexical": "words in common",
        "recency": "recency",
        "shares": "shared",
        "says": "says",
        "from": "from",
        "none": "no suitable partner found",
        "considered": "considered",
        "baseline": "baseline",
        "parts": "sum",
        "unknown": "unknown",
        "exploratory": "not shown to anybody in the four weeks before today: it is here to be noticed",
        "twins": "stands for",
    },
}
_LONGEST_QUOTE = 200


def lines(found: Suggestions, language: str, *, explain: bool) -> Iterator[str]:
    """The lines that show suggestions: two lists, each match with its reasons."""
    words = WORDS[language]
    for target, matches in ((Target.ORGANISATIONS, found.organisations), (Target.PROPOSALS, found.proposals)):
        if target.value not in found.considered:
            continue
        yield f"\n{words[target]} ({words['considered']}: {found.considered[target.value]})"
        if not matches:
            yield f"  {words['none']}"
        for match in matches:
            yield from _match(match, words, language, explain)


def _match(match: Match, words: dict[str, str], language: str, explain: bool) -> Iterator[str]:
    place = ", ".join(part for part in (match.city, match.country) if part)
    yield f"{match.rank:>3}. {match.title}  [{words[match.band]}, {match.probability:.0%}]"
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
        pair = explanation.sentences
        origin = f" ({words['from']} “{pair.evidence_title}”)" if pair.evidence_title else ""
        yield f"     {words['says']}: “{_shorten(pair.candidates)}”{origin}"
    if explain:
        yield from _numbers(match, words)


def _numbers(match: Match, words: dict[str, str]) -> Iterator[str]:
    judged = [f"{words[item.criterion]}: {words[item.verdict]}" for item in match.explanation.judgements]
    yield f"     {' · '.join(judged)}"
    for part in match.explanation.contributions:
        name = words.get(part.feature, part.feature)
        value = "" if part.feature == "baseline" else words["unknown"] if part.value is None else f"{part.value:.2f}"
        yield f"       {part.points:+7.3f}  {name} {value}"
    yield f"       {match.score:+7.3f}  {words['parts']}"


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE].rsplit(" ", 1)[0] + "…"
