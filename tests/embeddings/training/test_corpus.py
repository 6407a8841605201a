"""Reading the training text."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from embeddings.errors import TrainingDataError
from embeddings.training.corpus import read_corpus, thinned


def write(path: Path, *rows: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(gzip.compress("".join(f"{row}\n" for row in rows).encode()))


def write_pairs(folder: Path, sentences: list[str], terms: list[str]) -> None:
    write(folder / "sentences.tsv.gz", "it\ten\tsource", *sentences)
    write(folder / "terms.tsv.gz", "it\ten\tsource", *terms)


def test_pairs_keep_their_source_and_duplicates_are_dropped(tmp_path: Path) -> None:
    write_pairs(tmp_path, ["Il sole\tThe sun\ta", "il sole\tthe sun\tb", "La luna\tThe moon\tb"], ["sole\tsun\tw"])
    corpus = read_corpus(tmp_path)
    assert corpus.italian == ["Il sole", "La luna", "sole"]
    assert corpus.english == ["The sun", "The moon", "sun"]
    assert corpus.sources == ["a", "b", "terms:w"]
    assert corpus.monolingual == []


def test_english_sentences_are_read_where_given(tmp_path: Path) -> None:
    write_pairs(tmp_path, ["a\tb\tc"], [])
    write(tmp_path / "english" / "sentences.tsv.gz", "en\tsource", "One.\tx", "Two.\tx", "One.\ty")
    assert read_corpus(tmp_path, tmp_path / "english").monolingual == ["One.", "Two."]


def test_a_row_with_a_missing_field_is_named_by_file_and_line(tmp_path: Path) -> None:
    write_pairs(tmp_path, ["a\tb\tc", "a\tb"], [])
    with pytest.raises(TrainingDataError, match=r"sentences\.tsv\.gz, line 3: 2 fields, expected 3"):
        read_corpus(tmp_path)


def test_other_columns_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "sentences.tsv.gz", "en\tit\tsource")
    with pytest.raises(TrainingDataError, match="the columns must be it, en, source"):
        read_corpus(tmp_path)


def test_a_missing_file_and_one_that_is_not_gzip_are_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataError, match=r"sentences\.tsv\.gz: cannot be read"):
        read_corpus(tmp_path)
    (tmp_path / "sentences.tsv.gz").write_text("it\ten\tsource\n", encoding="utf-8")
    with pytest.raises(TrainingDataError, match="gzipped UTF-8"):
        read_corpus(tmp_path)


def test_another_text_has_another_digest(tmp_path: Path) -> None:
    write_pairs(tmp_path / "one", ["a\tb\tc"], [])
    write_pairs(tmp_path / "two", ["a\tB\tc"], [])
    assert read_corpus(tmp_path / "one").digest != read_corpus(tmp_path / "two").digest


def test_thinning_keeps_a_share_of_one_source_and_the_pairs_aligned(tmp_path: Path) -> None:
    write_pairs(tmp_path, [f"it{i}\ten{i}\t{'big' if i < 400 else 'small'}" for i in range(500)], [])
    corpus = thinned(read_corpus(tmp_path), lambda source: 0.25 if source == "big" else 1.0, seed=3)
    assert corpus.sources.count("small") == 100
    assert 60 <= corpus.sources.count("big") <= 140
    assert [text[2:] for text in corpus.italian] == [text[2:] for text in corpus.english]
