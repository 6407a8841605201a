"""The ranking models in force, as running processes see them: another one serves seconds after it was promoted."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping

from sqlalchemy.orm import Session, sessionmaker

from matching.learning.versions import last_change, read_in_force
from matching.ranking import RankingModel

LOOK_EVERY = 2.0
"""Seconds between two looks at the log of changes: one small query."""


class ModelsInForce(Mapping[str, RankingModel]):
    """The model of each list. Safe from several threads; without any promotion those that ship."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        shipped: Mapping[str, RankingModel],
        *,
        every: float = LOOK_EVERY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.shipped = dict(shipped)
        self._sessions = sessions
        self._every = every
        self._clock = clock
        self._lock = threading.Lock()
        self._models, self._unusable = dict(shipped), dict[str, str]()
        self._change = 0
        self._next_look = float("-inf")

    def __getitem__(self, name: str) -> RankingModel:
        self._look()
        return self._models[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.shipped)

    def __len__(self) -> int:
        return len(self.shipped)

    @property
    def unusable(self) -> Mapping[str, str]:
        """By list: the version that was promoted but whose features are no longer the program's."""
        self._look()
        return self._unusable

    def refresh(self) -> None:
        """Look at once at the next use: this process changed something."""
        self._next_look = float("-inf")

    def _look(self) -> None:
        if self._clock() < self._next_look:
            return
        with self._lock:
            if self._clock() < self._next_look:
                return
            with self._sessions() as session:
                change = last_change(session)
                if change != self._change:
                    self._models, self._unusable = read_in_force(session, self.shipped)
                    self._change = change
            self._next_look = self._clock() + self._every
