"""The classifier's file: a linear function for each code and the curves that turn scores into confidences.

safetensors with a JSON header, never pickle. Weights belong to one encoder (by fingerprint): others use prototypes
alone.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
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
    """Confidence of a code where the text is about anything: the logistic of `lead` times its log odds plus `constant`.

    The surest code of a group is given wherever the text is about anything, others from a confidence of `further` on.
    """

    lead: float
    constant: float
    further: float


@dataclass(frozen=True, slots=True)
class About:
    """Whether a text is about anything: the logistic of weighted signs; from `least` on it gets codes."""

    signs: tuple[float, ...]
    constant: float
    least: float


@dataclass(frozen=True, slots=True)
class Curves:
    """`codes` by group name."""

    about: About
    codes: Mapping[str, Curve]

    def as_dict(self) -> dict[str, Any]:
        """As the file holds it."""
        return asdict(self)

    @classmethod
    def of(cls, held: Mapping[str, Any]) -> Curves:
        """The reverse of `as_dict`."""
        about = About(**{**held["about"], "signs": tuple(held["about"]["signs"])})
        return cls(about, {name: Curve(**values) for name, values in held["codes"].items()})


@dataclass(frozen=True)
class TagWeights:
    """`coefficients` (codes, dimension), `constants` (codes,), `means` (2, dimension) float32; `keys` name the codes.

    `remembered` (texts, dimension) unit rows are texts that people gave a code to: what is like one deserves codes.
    `curves` hold with the classifier, `curves_alone` with prototypes alone. `reliability` maps competences
    to how much of their confidence decisions leave them.
    """

    fingerprint: str
    keys: tuple[tuple[str, str], ...]
    coefficients: Vectors
    constants: NDArray[np.float32]
    means: Vectors
    curves: Curves
    curves_alone: Curves
    remembered: Vectors
    reliability: Mapping[str, float] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Hex digest of everything that changes a tag."""
        digest = hashlib.sha256(json.dumps(self._header(), sort_keys=True).encode())
        for array in (self.coefficients, self.constants, self.means, self.remembered):
            digest.update(np.ascontiguousarray(array, "<f4").tobytes())
        return digest.hexdigest()

    def _header(self) -> dict[str, Any]:
        return {
            "fingerprint": self.fingerprint,
            "keys": [list(key) for key in self.keys],
            "curves": self.curves.as_dict(),
            "curves_alone": self.curves_alone.as_dict(),
            "reliability": dict(self.reliability),
        }

    def save(self, path: Path) -> None:
        """Write the file, in one step: whoever reads sees the old one or the new one."""
        names = ("coefficients", "constants", "means", "remembered")
        tensors = {name: getattr(self, name) for name in names}
        told = self._header() | {"format": _FORMAT, "about": dict(self.about)}
        header = {"abbina": json.dumps(told, sort_keys=True)}  # one entry: the order of several is left to chance
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
            header = json.loads(said["abbina"])
            if header.get("format") != _FORMAT:
                raise ValueError(f"format {header.get('format')!r}")
            return cls(
                fingerprint=header["fingerprint"],
                keys=tuple((tree, code) for tree, code in header["keys"]),
                coefficients=tensors["coefficients"],
                constants=tensors["constants"],
                means=tensors["means"],
                remembered=tensors["remembered"],
                curves=Curves.of(header["curves"]),
                curves_alone=Curves.of(header["curves_alone"]),
                reliability=header["reliability"],
                about=header["about"],
            )
        except (OSError, SafetensorError, ValueError, KeyError, TypeError) as error:
            raise TaggingError(f"{path}: no weights of the tagger ({error}); remove it: it is learnt again") from error


@lru_cache(maxsize=1)
def shipped() -> TagWeights:
    """The weights that ship with the program."""
    return TagWeights.load(SHIPPED)


def weights_for(home: Path, fingerprint: str) -> TagWeights:
    """One's own weights where there are any for the encoder with this fingerprint, else the shipped ones.

    A damaged file is not used: tags by the shipped weights are better than none, and `abbina doctor` tells.
    """
    try:
        own = TagWeights.load(home / FILE)
    except TaggingError:
        return shipped()
    return own if own.fingerprint == fingerprint else shipped()
