"""Who has worked with whom: organisations joined by the pieces of evidence that they share, such as a joint project.

A partner search rarely ends with the participants of the one project that is nearest; it finds those who worked with
them, too. A walk that starts at the pieces on the point and goes to their participants, to these participants' other
pieces and so on (personalised PageRank on the bipartite graph: Haveliwala, WWW 2002) says how near each one is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags_array

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

SHARPNESS = 1.5
"""By how many natural logs the start at a piece grows with each standard deviation that it is nearer."""
ONWARD = 0.85
"""Chance of going on to another piece after each organisation."""
STEPS = 4
_FARTHEST, _NEAREST = -2.5, 4.5
"""Support, in standard deviations as of a single piece, at which the feature is 0 and 1."""


@dataclass(frozen=True)
class Network:
    """Shared pieces of evidence: `text` (pieces,) is one text of each, `members` (candidates, pieces) who has it."""

    text: Rows
    members: csr_matrix
    _to_members: csr_matrix
    _to_pieces: csr_matrix

    @classmethod
    def of(cls, place: Rows, hashes: NDArray[np.uint8], candidates: int) -> Self:
        """From each text's candidate (texts,), -1 for none, and digest (texts, bytes): equal texts are one piece.

        Pieces of a single candidate join nobody and are left out.
        """
        known = np.flatnonzero(place >= 0)
        keys = np.ascontiguousarray(hashes[known, :8]).view(np.uint64).ravel()
        _, first, piece = np.unique(keys, return_index=True, return_inverse=True)
        members = csr_matrix((np.ones(len(known)), (place[known], piece)), (candidates, len(first)))
        members.data[:] = 1.0  # one who has the same text twice counts once
        shared = np.flatnonzero(np.diff(members.tocsc().indptr) > 1)
        members = members[:, shared].tocsr()
        of_piece = np.maximum(np.asarray(members.sum(axis=0)).ravel(), 1.0)
        of_member = np.maximum(np.asarray(members.sum(axis=1)).ravel(), 1.0)
        to_members = csr_matrix(members @ diags_array(1.0 / of_piece))
        to_pieces = csr_matrix(members.T @ diags_array(1.0 / of_member))
        return cls(known[first[shared]].astype(np.int64), members, to_members, to_pieces)

    def support(self, nearness: Floats) -> Floats:
        """How near each candidate is to the pieces on the point: (pieces,) in standard deviations to (candidates,).

        In [0, 1], unknown for a candidate that shares nothing with anybody.
        """
        piece = np.exp(SHARPNESS * nearness.astype(np.float64))
        reached = np.zeros(self.members.shape[0])
        for step in range(STEPS):
            here = self._to_members @ piece
            reached += (1.0 - ONWARD) * ONWARD**step * here
            piece = self._to_pieces @ here
        alone = np.diff(self.members.indptr) == 0
        with np.errstate(divide="ignore"):
            support = np.log(reached / (1.0 - ONWARD)) / SHARPNESS
        fit = np.clip((support - _FARTHEST) / (_NEAREST - _FARTHEST), 0.0, 1.0)
        return np.where(alone, np.nan, fit).astype(np.float32)
