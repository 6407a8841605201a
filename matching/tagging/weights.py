"""The classifier's file: a linear function for each code and the curves that turn scores into confidences.

safetensors with a JSON header, never pickle. Weights belong to one encoder (by fingerprint): others use prototypes alone.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as save_tensors

from embeddings.encoder import Vectors
from matching.errors import TaggingError

SHIPPED = Path(__file__).parent / "weights.safetensors"
FILE = "tagger.safetensors"
"""Name of the file of one's own weights, under the home folder."""
_FORMAT = "abbina-tagger-1"


@dataclass(frozen=True, slots=True)
class Curve:
    """Confidence = logistic of a weighted sum of a code's lead, the text's nearness to any code, and phrases' votes."""

    lead: float
    nearness: float
    vote: float
    constant: float
    least: float
    """Confidence below which a code is not given."""


@dataclass(frozen=True)
class TagWeights:
    """`coefficients` (codes, dimension), `constants` (codes,), `means` (2, dimension) float32; `keys` name the codes.

    `curves` are by group name, with the classifier; `curves_alone` with prototypes alone. `reliability` maps competences
    to how much of their confidence decisions leave them.
    """

    fingerprint: str
    keys: tuple[tuple[str, str], ...]
    coefficients: Vectors
    constants: NDArray[np.float32]
    means: Vectors
    curves: Mapping[str, Curve]
    curves_alone: Mapping[str, Curve]
    reliability: Mapping[str, float] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Hex digest of everything that changes a tag."""
        digest = hashlib.sha256(json.dumps(self._header(), sort_keys=True).encode())
        for array in (self.coefficients, self.constants, self.means):
            digest.update(np.ascontiguousarray(array, "<f4").tobytes())
        return digest.hexdigest()

    def _header(self) -> dict[str, Any]:
        return {
            "fingerprint": self.fingerprint,
            "keys": [list(key) for key in self.keys],
            "curves": {name: _as_dict(curve) for name, curve in self.curves.items()},
            "curves_alone": {name: _as_dict(curve) for name, curve in self.curves_alone.items()},
            "reliability": dict(self.reliability),
        }

    def save(self, path: Path) -> None:
        """Write the file, in one step: whoever reads sees the old one or the new one."""
        tensors = {"coefficients": self.coefficients, "constants": self.constants, "means": self.means}
        header = {"format": _FORMAT, "about": json.dumps(self._header() | {"about": dict(self.about)}, sort_keys=True)}
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{path.name}.{os.getpid()}.new")
        aside.write_bytes(save_tensors({name: np.ascontiguousarray(t) for name, t in tensors.items()}, header))
        aside.replace(path)

    @classmethod
    def load(cls, path: Path) -> TagWeights:
        """Read a file. Raises TaggingError where it is missing, damaged or of another version."""
        try:
            with safe_open(path, framework="numpy") as file:
                said = file.metadata() or {}
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
            if said.get("format") != _FORMAT:
                raise ValueError(f"format {said.get('format')!r}")
            header = json.loads(said["about"])
            return cls(
                fingerprint=header["fingerprint"],
                keys=tuple((tree, code) for tree, code in header["keys"]),
                coefficients=tensors["coefficients"],
                constants=tensors["constants"],
                means=tensors["means"],
                curves={name: Curve(**values) for name, values in header["curves"].items()},
                curves_alone={name: Curve(**values) for name, values in header["curves_alone"].items()},
                reliability=header["reliability"],
                about=header["about"],
            )
        except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
            raise TaggingError(f"{path}: no weights of the tagger ({error}); remove it: it is learnt again") from error


def _as_dict(curve: Curve) -> dict[str, float]:
    return {name: getattr(curve, name) for name in Curve.__slots__}


@lru_cache(maxsize=1)
def shipped() -> TagWeights:
    """The weights that ship with the program."""
    return TagWeights.load(SHIPPED)
