"""A copy of a static model as a standard sentence-transformers folder, which anyone can load without Abbina."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from safetensors.numpy import save as save_tensors

from embeddings.errors import ModelError
from embeddings.model_files import SHIPPED_MODEL, read_model

_STATIC: Final = "sentence_transformers.models.StaticEmbedding"
_NORMALIZE: Final = "sentence_transformers.models.Normalize"
_MODULES: Final = [
    {"idx": 0, "name": "0", "path": "", "type": _STATIC},
    {"idx": 1, "name": "1", "path": "1_Normalize", "type": _NORMALIZE},
]
_SETTINGS: Final = {"model_type": "SentenceTransformer", "prompts": {}, "similarity_fn_name": "cosine"}
CARD: Final = "README.md"


def export_model(target: Path, model: Path = SHIPPED_MODEL) -> None:
    """Write `model` to the new or empty folder `target` as a `StaticEmbedding` and a `Normalize` module.

    The copy gives the vectors of `Role.PLAIN`; the weights are float32. Raises `ModelError` where `target` is in use.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ModelError(f"{target}: is not empty; name a new folder, so that nothing is overwritten")
    files = read_model(model)
    (target / "1_Normalize").mkdir(parents=True, exist_ok=True)
    (target / "model.safetensors").write_bytes(save_tensors({"embedding.weight": files.rows()}))
    (target / "tokenizer.json").write_text(files.tokenizer.to_str(), encoding="utf-8")
    (target / "modules.json").write_text(json.dumps(_MODULES, indent=2) + "\n", encoding="utf-8")
    (target / "config_sentence_transformers.json").write_text(json.dumps(_SETTINGS, indent=2) + "\n", encoding="utf-8")
    if (model / CARD).is_file():
        (target / CARD).write_text((model / CARD).read_text(encoding="utf-8"), encoding="utf-8")
