"""The encoder contract: texts in, unit vectors out.

An encoder knows nothing of proposals or of the database. `role` says on which side of a match a text stands, so that
models trained with `query:` / `passage:` prompts can be given the right one.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class Role(StrEnum):
    """The side of a match on which a text stands."""

    OFFERED = "offered"
    SOUGHT = "sought"
    PLAIN = "plain"


@runtime_checkable
class Encoder(Protocol):
    """Text to vectors; the same text and role always give the same vector."""

    @property
    def name(self) -> str:
        """The model as a person names it (a shipped model, a hub name or a path)."""
        ...

    @property
    def fingerprint(self) -> str:
        """Hex digest of everything that changes a vector: weights, tokenizer, pooling, prompts, code version."""
        ...

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        ...

    def encode(self, texts: Sequence[str], role: Role = Role.PLAIN) -> Vectors:
        """Encode `texts` as (n, dimension) float32, rows of unit length; a text without known words is a zero row."""
        ...
