"""Learning from decisions as nights and `abbina ranker` do it, and how its outcome reads in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from jobs.locks import job_lock
from matching.learning.refitting import LOCK, LearningReport, Refitter

if TYPE_CHECKING:
    from matching.bootstrap import Application

_TEXTS: dict[str, dict[str, str]] = {
    "it": {
        "title": "Apprendimento dalle decisioni:",
        "old": "Apprendimento: nessuna nuova decisione",
        "list": "  {name}: {what}",
        "organisations": "organizzazioni",
        "proposals": "proposte complementari",
        "opportunities": "opportunità",
        "nothing": "{decisions} decisioni, nessuna preferisce un candidato a un altro; resta {serves}",
        "same": "le decisioni portano di nuovo a {version}, già in uso",
        "too_few": "{version} calcolata da {preferences} preferenze; solo {queries} proposte con preferenze, "
        "troppo poche per un confronto; resta {serves}",
        "not_better": "{version} non è migliore oltre il caso {figures}; resta {serves}",
        "held": "{version} sarebbe migliore {figures}, ma qualcuno ha ripristinato {serves} a mano: "
        "decidere con `abbina ranker promote`",
        "promoted": "{version} entra in uso perché migliore {figures}",
        "forced": "{version} entra in uso per scelta di qualcuno {figures}",
        "figures": "(coppie in ordine {accuracy_before:.1%} → {accuracy_after:.1%}, perdita logaritmica "
        "{loss_before:.3f} → {loss_after:.3f}, guadagno {gain:+.3f} [{gain_low:+.3f}; {gain_high:+.3f}] "
        "su {queries} proposte tenute da parte)",
        "shipped": "l'ordinamento fornito col programma",
    },
    "en": {
        "title": "Learning from decisions:",
        "old": "Learning: no new decision",
        "list": "  {name}: {what}",
        "organisations": "organisations",
        "proposals": "counterpart proposals",
        "opportunities": "opportunities",
        "nothing": "{decisions} decisions, none prefers one candidate to another; {serves} stays",
        "same": "the decisions lead to {version} again, which serves already",
        "too_few": "{version} made from {preferences} preferences; only {queries} proposals with preferences, "
        "too few to compare on; {serves} stays",
        "not_better": "{version} is not better beyond chance {figures}; {serves} stays",
        "held": "{version} would be better {figures}, but somebody went back to {serves} by hand: "
        "decide with `abbina ranker promote`",
        "promoted": "{version} serves from now on, being better {figures}",
        "forced": "{version} serves from now on because somebody chose so {figures}",
        "figures": "(pairs in order {accuracy_before:.1%} → {accuracy_after:.1%}, log loss {loss_before:.3f} → "
        "{loss_after:.3f}, gain {gain:+.3f} [{gain_low:+.3f}, {gain_high:+.3f}] on {queries} held-back proposals)",
        "shipped": "the ranking that ships",
    },
}


def learn_from_decisions(
    application: Application, *, actor: str, last_mark: str | None = None, force: bool = False, wait: float = 0.0
) -> LearningReport:
    """Refit all lists under the lock. Raises BusyError where somebody else changes versions, NotIndexedError."""
    with job_lock(application.engine, application.settings.home, LOCK, wait=wait):
        refitter = Refitter(application.sessions, application.service, application.rankings)
        return refitter.run(actor=actor, last_mark=last_mark, force=force)


def learning_lines(found: dict[str, Any], language: str) -> Iterator[str]:
    """A report of learning as people read it: what became of each list, and why."""
    texts = _TEXTS[language]
    if not any(item["decisions"] for item in found["lists"]):
        yield texts["old"]
        return
    yield texts["title"]
    for item in found["lists"]:
        yield texts["list"].format(name=texts[item["ranking"]], what=_outcome(item, texts))


def _outcome(item: dict[str, Any], texts: dict[str, str]) -> str:
    figures = item["figures"]
    serves = texts["shipped"] if item["serves"] == "shipped" else item["serves"]
    shown = texts["figures"].format(**figures) if figures.get("queries") else ""
    values = item | {"serves": serves, "figures": shown, "queries": figures.get("queries", 0)}
    return texts[item["outcome"]].format(**values).replace("  ", " ").rstrip()
