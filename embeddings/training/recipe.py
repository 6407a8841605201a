"""Every choice of a training run, in one frozen record that is stored with the model."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field

from embeddings.training.corpus import TERM_PREFIX

# Business software documentation is over half of the sentences and one register: a share of it is kept.
SOURCE_SHARES: dict[str, float] = {"ms_dynamics365_ops": 0.35, "ms_dynamics365_smb": 0.35}

# How often a pair of a source is seen in an epoch. Everyday sentences carry general meaning and are few; WordNet's term
# pairs are noisy.
SOURCE_WEIGHTS: dict[str, float] = {
    "stsb": 10.0,
    "tatoeba_test": 6.0,
    "mt_geneval": 6.0,
    TERM_PREFIX + "wordnet": 0.5,
}


@dataclass(frozen=True)
class Recipe:
    """The hyper-parameters; the defaults made the model that ships."""

    seed: int = 0
    vocabulary: int = 50_000
    dimension: int = 256
    members: int = 3
    epochs: int = 3
    batch: int = 1024
    learning_rate: float = 1e-2
    initial_spread: float = 0.02
    contrast: float = 0.1
    temperature: float = 0.05
    similarity: float = 2.0
    clusters: int = 512
    cluster_run: int = 64
    cluster_share: float = 0.5
    threads: int = 1
    plain_pivot: float = 1e-3
    plain_power: float = 0.25
    document_pivot: float = 1e-4
    document_power: float = 0.5
    boilerplate_repeats: int = 1000
    source_shares: dict[str, float] = field(default_factory=lambda: dict(SOURCE_SHARES))
    source_weights: dict[str, float] = field(default_factory=lambda: dict(SOURCE_WEIGHTS))

    def share(self, source: str) -> float:
        """Share of a source's pairs that is used at all."""
        return self.source_shares.get(source, 1.0)

    def weight(self, source: str) -> float:
        """How often a pair of this source is seen in one epoch."""
        return self.source_weights.get(source, 1.0)

    def digest(self) -> str:
        """Hex digest of all choices: a checkpoint of another recipe must not be continued."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode("ascii")).hexdigest()
