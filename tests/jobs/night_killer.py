"""Runs `abbina nightly` in processes that kill themselves at chosen moments; see test_nightly_kill.py.

Reads lines {"moment": …, "environment": {…}} and answers each with the exit status of its process. The processes are
forked from this one, which has imported and read everything and done nothing yet: starting twenty interpreters would
take longer than what they do. The moments are set from outside: the program has no hooks for them.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

from data.sources import upsert
from data.sources.proposal_store import ProposalStore
from embeddings import generations
from embeddings.bridge import shipped_term_vectors
from jobs import cli, importing, night_report, nightly, nightly_command
from matching import suggestions
from matching.bootstrap import build_application
from matching.brokerage import digest, searches
from matching.brokerage.delivery import carriers, delivering
from matching.indexing import Indexer
from matching.learning import lesson, refitting
from matching.tagging import learning

PRELOADED = (nightly_command.nightly, build_application, learning.learn)


def die(*_arguments: Any, **_values: Any) -> Any:
    """What a power cut does."""
    os.kill(os.getpid(), signal.SIGKILL)


def at_call(owner: Any, name: str, number: int = 1, *, after: bool = False) -> Callable[[], None]:
    """Die at the `number`th call of `owner.name`: before it, or after it has done its work."""

    def arm() -> None:
        original, calls = getattr(owner, name), iter(range(1, 1_000_000))

        def fatal(*arguments: Any, **values: Any) -> Any:
            last = next(calls) == number
            if last and not after:
                die()
            result = original(*arguments, **values)
            if last:
                die()
            return result

        setattr(owner, name, fatal)

    return arm


def at_batch(number: int) -> Callable[[], None]:
    """Die with some batches of a file written and none committed."""

    def arm() -> None:
        upsert.BATCH = 5
        at_call(ProposalStore, "write", number, after=True)()

    return arm


MOMENTS: dict[str, Callable[[], None]] = {
    "inside a file": at_batch(2),
    "between two files": at_call(importing, "import_file", 2),
    "after the import": at_call(importing, "import_folder", after=True),
    "before expiry commits": at_call(nightly, "expire_due", after=True),
    "after tags are learnt": at_call(nightly.Night, "_learn_tags", after=True),
    "while texts are read": at_call(Indexer, "_read_proposals"),
    "while the index is written": at_call(generations, "write_section", 2, after=True),
    "before the index is verified": at_call(generations, "_verify"),
    "before the switch": at_call(generations.GenerationStore, "activate"),
    "inside the switch": at_call(generations.GenerationStore, "_point"),
    "after the switch": at_call(generations.GenerationStore, "activate", after=True),
    "while old indexes are removed": at_call(generations.shutil, "rmtree"),
    "while a ranking is learnt": at_call(refitting, "learn", 1, after=True),
    "inside a promotion": at_call(refitting, "promote"),
    "between two rankings": at_call(refitting.Refitter, "_learn", 2),
    "after learning": at_call(nightly, "learn_from_decisions", after=True),
    "between two proposals": at_call(suggestions, "store", 2),
    "inside a proposal's suggestions": at_call(suggestions, "_row", 3),
    "after suggestions": at_call(nightly.Night, "_recompute", after=True),
    "inside a saved search": at_call(searches, "_fitting", 2, after=True),
    "between two saved searches": at_call(searches, "record", after=True),
    "inside a letter": at_call(digest, "send"),
    "between claim and file": at_call(delivering, "_claim", after=True),
    "after a letter's file": at_call(carriers.Folder, "carry", after=True),
    "after retention": at_call(nightly, "apply_retention", after=True),
    "inside the report": at_call(night_report, "_write", 2),
    "before the end": at_call(nightly, "write_report", after=True),
}

IN_THE_DATABASE = (
    "inside a file",
    "between two files",
    "before expiry commits",
    "while texts are read",
    "before the switch",
    "inside a promotion",
    "after learning",
    "between two proposals",
    "inside a proposal's suggestions",
    "after suggestions",
    "inside a saved search",
    "between two saved searches",
    "inside a letter",
    "after a letter's file",
)
"""Those at which the database is in the middle of something: enough for the second kind of database."""


def trust_few() -> None:
    """Take every refit for better, as if hundreds of decisions had shown it: in a small region there are two."""
    lesson._judge = lambda compared: lesson.Verdict.BETTER


def night(moment: str) -> None:
    """Arm the moment and run the command."""
    trust_few()
    MOMENTS[moment]()
    sys.argv = ["abbina", "nightly"]
    cli.main()


def main() -> None:
    """One forked process a line."""
    shipped_term_vectors()  # read once, here, and not by each
    for line in sys.stdin:
        wanted = json.loads(line)
        child = os.fork()
        if not child:
            _in_child(wanted)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")


def _in_child(wanted: dict[str, Any]) -> None:
    os.environ.update(wanted["environment"])
    os.dup2(2, 1)
    try:
        night(wanted["moment"])
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
