"""Taking records out of the index at once: what was erased may not wait for the night."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from embeddings.encoder import Encoder
from embeddings.generations import GenerationStore, Section, SectionPlan
from matching.collection import ORGANISATIONS_OFFERED

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Gone:
    """Ids of records whose texts must be nowhere any more."""

    organisations: Collection[int] = ()
    proposals: Collection[int] = ()

    def of_section(self, name: str) -> Collection[int]:
        """Those that a section may hold."""
        return self.organisations if name == ORGANISATIONS_OFFERED else self.proposals


def leave_out(store: GenerationStore, encoder: Encoder, gone: Gone) -> bool:
    """Let a generation serve that is the present one without the rows of `gone`; whether it had any.

    Nothing is read or encoded anew, so that it takes as long as copying the index. Older generations stay: see
    `GenerationStore.prune`. Raises GenerationError where there is no index, another model's, or a build is under way.
    """
    present = store.current(encoder)
    plans = [_without(present.section(name), gone) for name in present.names]
    if sum(map(len, plans)) == present.rows:
        return False
    number = store.build(plans, encoder, present, present.extra)
    store.activate(number)
    logger.info("index %s serves: what was erased is left out", number)
    return True


def _without(section: Section, gone: Gone) -> SectionPlan:
    owners = np.fromiter(gone.of_section(section.name), np.int64)
    kept = np.flatnonzero(~np.isin(section.owners, owners)).astype(np.int64)
    attributes = {name: np.asarray(values)[kept] for name, values in section.attributes.items()}
    return SectionPlan(section.name, section.role, kept=kept, attributes=attributes, tidy=True)
