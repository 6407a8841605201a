import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoder import Role
from embeddings.errors import ModelError
from embeddings.generations import GenerationStore, NewRow, SectionPlan
from embeddings.language import analyse
from embeddings.loading import SHIPPED, load_encoder
from tests.embeddings.encoders import HashingEncoder


def test_the_shipped_model_loads_by_name_or_folder_without_torch() -> None:
    code = """
import sys
from embeddings.loading import SHIPPED, load_encoder
from embeddings.model_files import SHIPPED_MODEL
first, second = load_encoder(SHIPPED), load_encoder(str(SHIPPED_MODEL))
assert first.fingerprint == second.fingerprint
assert first.encode(["motore elettrico"]).any()
assert "torch" not in sys.modules and "sentence_transformers" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_wrong_name_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match="abbina-bilingal"):
        load_encoder("abbina-bilingal")


def test_a_shipped_model_finds_an_italian_need_among_english_offers(tmp_path: Path) -> None:
    encoder = load_encoder(SHIPPED)
    offers = ["Electric motors for bicycles", "Drying of food waste", "Software for hospitals", "Olive oil bottling"]
    rows = [NewRow(number, text, "en") for number, text in enumerate(offers)]
    store = GenerationStore(tmp_path)
    store.activate(store.build([SectionPlan("offers", Role.OFFERED, rows)], encoder))
    needs = ["motore elettrico per bicicletta", "essiccazione di scarti alimentari", "programma per ospedali"]
    hits = store.current(encoder).section("offers").vector_index.search(encoder.encode(needs, Role.SOUGHT), 1)
    assert [int(found.ids[0]) for found in hits] == [0, 1, 2]


def test_threads_may_share_analysers_and_sections(tmp_path: Path) -> None:
    texts = [f"pompe {i} valvole {i % 7} università degli studi motori{i}" for i in range(300)]
    expected = [analyse(text, "it") for text in texts]
    encoder = HashingEncoder()
    store = GenerationStore(tmp_path)
    number = store.build(
        [SectionPlan("a", Role.PLAIN, [NewRow(i, text, "it") for i, text in enumerate(texts)])], encoder
    )
    section = store.open(number).section("a")
    vectors = encoder.encode(texts)

    def ask(row: int) -> tuple[list[str], int, int]:
        tokens = analyse(texts[row], "it")
        dense = section.vector_index.search(vectors[row : row + 1], 1, np.arange(300))[0]
        return tokens, int(dense.ids[0]), int(section.lexical_index.search(tokens, 1, np.array([row])).ids[0])

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(300)))
    assert found == [(tokens, row, row) for row, tokens in enumerate(expected)]
