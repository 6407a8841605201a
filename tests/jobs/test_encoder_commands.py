"""The commands about the bilingual model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from embeddings.errors import TrainingDataError
from jobs.benchmark import encoder as benchmark_encoder
from jobs.benchmark_encoder import table
from jobs.encoder_commands import export_model, train_encoder


def test_export_writes_a_folder_that_sentence_transformers_reads(tmp_path: Path) -> None:
    result = CliRunner().invoke(export_model, [str(tmp_path / "out")], catch_exceptions=False)
    assert result.exit_code == 0
    modules = json.loads((tmp_path / "out" / "modules.json").read_text(encoding="utf-8"))
    assert [module["type"].rsplit(".", 1)[1] for module in modules] == ["StaticEmbedding", "Normalize"]


def test_training_without_text_says_which_file_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import embeddings.training.pipeline as pipeline

    monkeypatch.setattr(pipeline, "find_teacher", lambda folder: tmp_path)
    result = CliRunner().invoke(train_encoder, ["--pairs", str(tmp_path), "--out", str(tmp_path / "out")])
    assert isinstance(result.exception, TrainingDataError)
    assert "sentences.tsv.gz: cannot be read" in str(result.exception)


def test_the_benchmark_measures_the_shipped_model_beside_the_fallback() -> None:
    result = CliRunner().invoke(benchmark_encoder, ["--texts", "100", "--json"], catch_exceptions=False)
    shipped, fallback = json.loads(result.stdout)
    assert (shipped["torch_loaded"], fallback["name"]) == (False, "tfidf-svd")
    assert shipped["texts_per_second"] > 100
    assert 0 < shipped["size_mib"] < 16


def test_the_table_has_a_line_for_each_measure_that_somebody_has() -> None:
    text = table([{"name": "a", "sts_en": 0.8214, "torch_loaded": False}, {"name": "b", "flores": 1.0}])
    assert text.splitlines() == [
        "| | a | b |",
        "|---|---|---|",
        "| STS dev, English | 0.821 | – |",
        "| FLORES it→en @1 | – | 1.000 |",
        "| needs torch | no | – |",
    ]
