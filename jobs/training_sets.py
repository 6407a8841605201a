"""What the shipped weights are learnt from, and with which recipe: demo, practice lists, organisations' history."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from data.demo import qrels as demo_qrels
from data.practice import FOLDER as PRACTICE_FOLDER
from jobs.ranking_sets import Collection, collections_of, opened
from matching.evaluation import read_judgements, split_by_list
from matching.ranking import OPPORTUNITIES, ORGANISATIONS, PROPOSALS
from matching.reading import CodeTriple
from matching.tagging.deriving import Part, derive_codes
from matching.training.examples import Example, judged_examples, opportunity_examples
from matching.training.fit import Recipe
from matching.training.learning import as_json, learn

if TYPE_CHECKING:
    from matching.bootstrap import Application

DEMO, PRACTICE, HISTORY = "demo", "practice", "history"
_GRADED: Final[Mapping[str, float]] = {DEMO: 1.0, PRACTICE: 1.0}
_RECIPES: Final[Mapping[str, Recipe]] = {
    ORGANISATIONS: Recipe(
        pull=1e-3,
        prior={
            "need_fit": 3.0,
            "offer_fit": 1.0,
            "lexical": 2.0,
            "network": 4.0,
            "track_record": 0.3,
            "competence": 1.0,
            "competence_read": 0.3,
            "theme": 0.3,
            "theme_read": 0.3,
            "partner_type": 0.3,
            "country": 0.3,
        },
        sources={DEMO: 1.0, PRACTICE: 1.0, HISTORY: 3.0},
        fixed=frozenset({"country"}),
    ),
    PROPOSALS: Recipe(
        pull=1e-3,
        prior={"need_fit": 1.0, "offer_fit": 1.0, "lexical": 1.0, "country": 0.3},
        sources={DEMO: 1.0, PRACTICE: 1.0},
        fixed=frozenset({"asks", "country"}),
    ),
    OPPORTUNITIES: Recipe(
        pull=1e-3,
        prior={"offer_fit": 1.0, "lexical": 1.0, "asks": 0.3, "country": 0.3},
        sources={DEMO: 1.0, PRACTICE: 1.0},
        fixed=frozenset({"need_fit", "country"}),
    ),
}

Told = Callable[[str], None]


def learn_all(organisations: Sequence[Path], version: str, told: Told) -> dict[str, dict[str, Any]]:
    """The weights of each list as their files hold them. Raises JobError where a file's records are refused."""
    examples = all_examples(organisations, told)
    learnt = {}
    for name, recipe in _RECIPES.items():
        told(f"{name}: fitting …")
        own = [example for example in examples if example.weights == name]
        found = learn(name, version, own, recipe, _GRADED)
        counts = {source: sum(example.source == source for example in own) for source in recipe.sources}
        learnt[name] = as_json(found, _source(counts), {"command": _command(organisations, version), "lists": counts})
    return learnt


def all_examples(organisations: Sequence[Path], told: Told) -> list[Example]:
    """Examples of all sources and lists."""
    practice = Collection(PRACTICE, (PRACTICE_FOLDER / "organisations.jsonl",), (PRACTICE_FOLDER / "proposals.jsonl",))
    graded = (
        (DEMO, collections_of(None)[DEMO], demo_qrels()),
        (PRACTICE, practice, (PRACTICE_FOLDER / "qrels.tsv",)),
    )
    found: list[Example] = []
    for source, collection, qrels in graded:
        told(f"{source}: importing, indexing, matching …")
        with opened(collection) as application:
            found += _judged(application, qrels, source)
    if organisations:
        told(f"{HISTORY}: importing, indexing, matching …")
        with opened(Collection(HISTORY, tuple(organisations), ())) as application:
            found += _history(application)
    return found


def _judged(application: Application, paths: Sequence[Path], source: str) -> list[Example]:
    judged = read_judgements(paths)
    lists = application.service.lists_of(name for grades in judged.values() for name in grades)
    units = split_by_list(judged, lists)
    return [
        *judged_examples(application.service, units, source),
        *opportunity_examples(application.service, units, source),
    ]


def _history(application: Application) -> list[Example]:
    from matching.collection import ORGANISATIONS_OFFERED
    from matching.training.history import History

    engine = application.service.engine()
    section = application.store.current(application.encoder()).section(ORGANISATIONS_OFFERED)
    hashes = np.asarray(section.text_hashes)

    def derive(records: Sequence[Sequence[Part]]) -> list[list[CodeTriple]]:
        return derive_codes(records, application.text_tagger(), application.encoder(), application.concepts)

    with application.sessions() as session:
        history = History(session, engine.collection, engine.builder, derive, hashes, application.today())
        return list(history.examples())


def _source(counts: Mapping[str, int]) -> str:
    named = ", ".join(f"{count} lists of {source}" for source, count in counts.items() if count)
    return f"Learnt pairwise on {named}; calibrated on held-back queries of the graded ones."


def _command(organisations: Sequence[Path], version: str) -> str:
    files = "".join(f" --organisations {path.parent.name}/{path.name}" for path in organisations)
    return f"abbina train-ranker{files} --version {version} --out matching/weights"
