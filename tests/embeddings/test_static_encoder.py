"""The shipped bilingual model behind the encoder contract."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoder import Encoder, Role
from embeddings.errors import ModelError
from embeddings.export import export_model
from embeddings.model_files import SHIPPED_MODEL, WEIGHTS, read_model, write_model
from embeddings.static_encoder import StaticEncoder

BOILERPLATE = (
    " The company is looking for partners in other countries. It is interested in a commercial agreement with "
    "technical assistance, and it would like to establish a long-term cooperation with the partner."
)
NEED = (
    "Coating of titanium implants with antibacterial hydroxyapatite by plasma spraying. The layer must adhere to "
    "porous surfaces and resist sterilisation."
)
TEXTS = [
    "Produzione additiva di componenti metallici per l'aerospazio",
    "Additive manufacturing of metal parts for aerospace",
    "Food additives for bakery products",
    "l'azienda è più veloce",
    "!?",
    "",
]


@pytest.fixture(scope="module")
def encoder() -> StaticEncoder:
    return StaticEncoder()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED_MODEL, tmp_path / "model"))


def test_it_keeps_the_encoder_contract(encoder: StaticEncoder) -> None:
    assert isinstance(encoder, Encoder)
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), encoder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors[:4], axis=1), 1.0, rtol=1e-5)


def test_a_text_without_words_is_a_zero_row_and_no_text_gives_no_row(encoder: StaticEncoder) -> None:
    assert not encoder.encode(["", "   "]).any()
    assert encoder.encode([]).shape == (0, encoder.dimension)


@pytest.mark.parametrize("role", list(Role))
def test_a_text_has_the_same_vector_in_any_company(encoder: StaticEncoder, role: Role) -> None:
    together = encoder.encode(TEXTS, role)
    alone = np.concatenate([encoder.encode([text], role) for text in TEXTS])
    np.testing.assert_array_equal(together, alone)


def test_both_sides_of_a_match_are_read_alike(encoder: StaticEncoder) -> None:
    np.testing.assert_array_equal(encoder.encode(TEXTS, Role.OFFERED), encoder.encode(TEXTS, Role.SOUGHT))


def test_an_italian_need_is_nearer_to_its_english_offer_than_to_a_false_friend(encoder: StaticEncoder) -> None:
    need, offer, false_friend = encoder.encode(TEXTS[:3])
    assert need @ offer > 0.6
    assert need @ offer > need @ false_friend + 0.2


def test_case_and_accents_make_no_difference(encoder: StaticEncoder) -> None:
    written, typed = encoder.encode(["Qualità dell'ACQUA", "qualita dell'acqua"])
    np.testing.assert_array_equal(written, typed)


def test_boilerplate_counts_little_in_a_text_with_a_role(encoder: StaticEncoder) -> None:
    texts = [NEED, NEED + BOILERPLATE]
    plain = encoder.encode(texts, Role.PLAIN)
    document = encoder.encode(texts, Role.OFFERED)
    assert document[0] @ document[1] > plain[0] @ plain[1]
    assert document[0] @ document[1] > 0.9


def test_a_text_of_hundreds_of_pages_gives_one_vector(encoder: StaticEncoder) -> None:
    one, many = encoder.encode([NEED, (NEED + " ") * 2000], Role.OFFERED)
    assert one @ many > 0.999


def test_neither_torch_nor_transformers_is_imported() -> None:
    code = (
        "import sys; from embeddings.static_encoder import StaticEncoder; StaticEncoder().encode(['prova']); "
        "sys.exit(any(name in sys.modules for name in ('torch', 'transformers', 'sentence_transformers', 'scipy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_shipped_folder_stays_within_its_size() -> None:
    assert sum(path.stat().st_size for path in SHIPPED_MODEL.iterdir()) <= 16_000_000


def test_the_fingerprint_follows_the_weights(encoder: StaticEncoder, tmp_path: Path) -> None:
    files = read_model(SHIPPED_MODEL)
    rows = files.rows()
    rows[1] += 0.5
    write_model(tmp_path, rows, files.document_weights, files.tokenizer, files.config.name, files.config.version)
    assert StaticEncoder(tmp_path).fingerprint != encoder.fingerprint
    assert StaticEncoder().fingerprint == encoder.fingerprint


def test_a_damaged_file_is_named(copy: Path) -> None:
    content = bytearray((copy / WEIGHTS).read_bytes())
    content[len(content) // 2] ^= 1
    (copy / WEIGHTS).write_bytes(content)
    with pytest.raises(ModelError, match=r"weights\.safetensors: damaged or changed"):
        StaticEncoder(copy)


@pytest.mark.parametrize("name", ["SHA256SUMS", "tokenizer.json", "weights.safetensors"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(ModelError, match=name):
        StaticEncoder(copy)


def test_the_exported_model_gives_the_same_vectors(encoder: StaticEncoder, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    export_model(tmp_path / "export")
    texts = [*TEXTS, NEED * 20]
    theirs = SentenceTransformer(str(tmp_path / "export"), device="cpu").encode(texts)
    assert np.abs(theirs - encoder.encode(texts)).max() < 1e-5


@pytest.mark.parametrize(
    "text",
    [
        "uno\x1cdue tre",
        "a\u0085b",
        "caffe\u0301 latte",
        "x" * 100,
        "dell'impresa\u00a0\u2009(PMI)",
        "\u4f60\u597d world",
        "\x00zero\u200bwidth",
        "\u1680ogham\u3000wide \u0301acute",
    ],
)
def test_remembered_words_give_the_tokenizers_own_pieces(encoder: StaticEncoder, text: str) -> None:
    own = read_model(SHIPPED_MODEL).tokenizer.encode(text, add_special_tokens=False).ids
    assert encoder._token_ids([text, text]) == [own, own]
    assert encoder._token_ids([text]) == [own]


def test_the_memory_of_words_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    import embeddings.static_encoder as module

    monkeypatch.setattr(module, "CACHED_WORDS", 3)
    encoder = StaticEncoder()
    texts = ["acqua pulita", "aria pulita e fredda", "terra", "acqua " + "y" * 50]
    first = encoder.encode(texts)
    assert len(encoder._words) <= 3
    np.testing.assert_array_equal(encoder.encode(texts), first)


def test_an_export_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(ModelError, match="not empty"):
        export_model(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_translations_find_each_other(encoder: StaticEncoder, real_data: Path) -> None:
    lines = (real_data / "parallel/dev/flores200_devtest.tsv").read_text(encoding="utf-8").splitlines()[1:]
    italian, english = zip(*(line.split("\t") for line in lines), strict=True)
    nearest = (encoder.encode(italian) @ encoder.encode(english).T).argmax(axis=1)
    assert (nearest == np.arange(len(lines))).mean() >= 0.99
