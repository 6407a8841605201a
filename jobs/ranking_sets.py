"""What `abbina benchmark ranking` measures on: collections with judgements, each imported into a home of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from data.demo import FOLDER as DEMO
from data.demo import qrels as demo_qrels
from jobs.errors import JobError
from jobs.opening import temporary_application
from matching.evaluation import PLAUSIBLE

if TYPE_CHECKING:
    from matching.bootstrap import Application


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """Judgements over one collection; `relevant` is the least grade that counts.

    `graded` sets have candidates judged by a person, so that probabilities can be held against them; in the others a
    relevant candidate is a link that came about, and the rest is unjudged.
    """

    name: str
    title: str
    collection: str
    qrels: tuple[Path, ...]
    relevant: int
    graded: bool
    note: str


@dataclass(frozen=True, slots=True)
class Collection:
    """Files that are imported together into one home, organisations first."""

    name: str
    organisations: tuple[Path, ...]
    proposals: tuple[Path, ...]


def collections_of(data: Path | None) -> dict[str, Collection]:
    """The demo region, and those of the folder of development files."""
    found = {
        "demo": Collection(
            "demo",
            tuple(sorted(DEMO.glob("*/organisations.jsonl"))),
            (*sorted(DEMO.glob("*/proposals.jsonl")), *sorted(DEMO.glob("*/profiles.jsonl"))),
        )
    }
    if data is not None:
        organisations = data / "cordis/organisations.jsonl"
        searches = (data / "cordis/proposals.jsonl", data / "cordis/proposals.it.jsonl")
        network = (data / "een/profiles.it.jsonl", data / "een/requests.en.jsonl")
        found["cordis"] = Collection("cordis", (organisations,), searches)
        found["een"] = Collection("een", (organisations,), network)
    return found


def judged_sets(data: Path | None) -> list[JudgedSet]:
    """All sets that can be measured: the demo region, and with a folder of development files theirs."""
    sets = [
        JudgedSet(
            "demo",
            "demo region, both lists",
            "demo",
            demo_qrels(),
            PLAUSIBLE,
            True,
            "fictional, written and graded for this project; weights may have been learnt on it",
        )
    ]
    if data is None:
        return sets
    partners = "89 later projects look for the partners that joined them; who did not join is unjudged, not wrong"
    return [
        *sets,
        JudgedSet(
            "cordis-en",
            "cordis dev, English queries",
            "cordis",
            (data / "cordis/qrels.tsv",),
            1,
            False,
            f"{partners}; organisations' evidence is English",
        ),
        JudgedSet(
            "cordis-it",
            "cordis dev, Italian queries",
            "cordis",
            (data / "cordis/qrels.it.tsv",),
            1,
            False,
            f"{partners}; organisations' evidence is English: every query looks across languages",
        ),
        JudgedSet(
            "een",
            "een dev, judged by hand",
            "een",
            (data / "een/qrels.dev.tsv",),
            PLAUSIBLE,
            True,
            "partnering profiles against each other by the rules, research partner searches against the cordis "
            "organisations; over the queries with a candidate of grade 2 or 3",
        ),
    ]


def chosen(sets: Sequence[JudgedSet], names: Sequence[str], data: Path | None) -> list[JudgedSet]:
    """The sets asked for by name, all of none. Raises JobError on an unknown one or a missing file."""
    known = {one.name: one for one in sets}
    for name in names:
        if name not in known:
            hint = "" if data else "; cordis-en, cordis-it and een need --data with the folder of development files"
            raise JobError(f"--only {name}: no such set; known are {', '.join(known)}{hint}")
    wanted = [one for one in sets if not names or one.name in names]
    files = collections_of(data)
    for one in wanted:
        collection = files[one.collection]
        for path in (*one.qrels, *collection.organisations, *collection.proposals):
            if not path.is_file():
                raise JobError(
                    f"{one.name}: {path} is missing: give --data the folder that holds it, or leave this set out "
                    f"with --only {' --only '.join(other.name for other in wanted if other is not one) or 'demo'}"
                )
    return wanted


@contextmanager
def opened(collection: Collection) -> Iterator[Application]:
    """The collection in a temporary home of its own, imported and indexed with the shipped model.

    The database and the model are the home's own, whatever the settings say. Raises JobError where records are refused.
    """
    from data.settings import SHIPPED_MODEL
    from jobs.importing import import_organisations, import_proposals

    with temporary_application(model=SHIPPED_MODEL) as application:
        reports = [
            *import_organisations(application.sessions, collection.organisations),
            *import_proposals(application.sessions, collection.proposals),
        ]
        rejected = [row for report in reports for row in report.rejected]
        if rejected:
            raise JobError(f"{collection.name}: {len(rejected)} records were refused, the first: {rejected[0]}")
        application.update_index()
        yield application
