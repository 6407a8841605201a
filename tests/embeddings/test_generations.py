import json
import multiprocessing
import os
import signal
from pathlib import Path

import numpy as np
import pytest

from embeddings import generations
from embeddings.encoder import Role
from embeddings.errors import GenerationError, VectorShapeError
from embeddings.generations import Generation, GenerationStore, NewRow, SectionPlan, split_unchanged
from embeddings.language import analyse
from embeddings.writing import file_record
from tests.embeddings.encoders import HashingEncoder

ENCODER = HashingEncoder()
NOUNS = ["motore", "pompa", "valvola", "sensore", "robot", "vernice", "tessuto", "siero", "lente", "batteria"]
PLACES = ["per barche", "per serre", "per scuole", "per forni", "per ponti", "per laser", "per yogurt"]


def new_row(owner: int, version: int = 0) -> NewRow:
    noun, place = NOUNS[owner % len(NOUNS)], PLACES[owner % len(PLACES)]
    return NewRow(owner, f"{noun} {place} modello {owner} versione {version}", "it" if owner % 3 else "en")


def plans(rows: list[NewRow], **kwargs) -> list[SectionPlan]:
    return [SectionPlan("proposals.offered", Role.OFFERED, rows, **kwargs)]


@pytest.fixture
def store(tmp_path: Path) -> GenerationStore:
    return GenerationStore(tmp_path / "index")


@pytest.fixture
def built(store: GenerationStore) -> Generation:
    store.activate(store.build(plans([new_row(owner) for owner in range(70)]), ENCODER))
    return store.current(ENCODER)


def test_rows_are_found_by_vector_and_by_words(built: Generation) -> None:
    section = built.section("proposals.offered")
    assert len(section) == 70
    for row in (0, 33, 69):
        text = new_row(row).text
        assert section.vector_index.search(ENCODER.encode([text], Role.OFFERED), 1)[0].ids.tolist() == [row]
        assert section.lexical_index.search(analyse(text, new_row(row).language), 1).ids.tolist() == [row]


def test_a_section_tells_the_rows_of_its_owners(store: GenerationStore) -> None:
    rows = [NewRow(owner, f"testo {number}", "it") for number, owner in enumerate([5, 7, 5, 9])]
    store.activate(store.build(plans(rows), ENCODER))
    section = store.current().section("proposals.offered")
    assert section.rows_of(np.array([5])).tolist() == [0, 2]
    assert section.rows_without(np.array([5, 9])).tolist() == [1]
    allowed = section.is_of(np.array([7]))
    assert section.vector_index.search(ENCODER.encode(["testo"], Role.OFFERED), 9, allowed)[0].ids.tolist() == [1]


def test_the_manifest_says_what_made_it(built: Generation) -> None:
    assert built.manifest["model"] == {
        "name": ENCODER.name,
        "fingerprint": ENCODER.fingerprint,
        "dimension": ENCODER.dimension,
    }
    entry = built.manifest["sections"]["proposals.offered"]
    assert (entry["rows"], entry["owners"], entry["encoded"], entry["role"]) == (70, 70, 70, "offered")
    assert all(len(record["sha256"]) == 64 for record in built.manifest["files"].values())


def test_attributes_and_extra_come_back(store: GenerationStore) -> None:
    years = np.array([2020, 2021, 2022])
    codes = np.array(["IT", "DE", "FR"])
    rows = [new_row(owner) for owner in range(3)]
    number = store.build(plans(rows, attributes={"year": years, "country": codes}), ENCODER, extra={"read_at": "now"})
    generation = store.open(number)
    section = generation.section("proposals.offered")
    assert section.attributes["year"].tolist() == years.tolist()
    assert section.attributes["country"].tolist() == codes.tolist()
    assert generation.extra == {"read_at": "now"}
    with pytest.raises(GenerationError, match="2 entries for 3 rows"):
        store.build(plans(rows, attributes={"year": years[:2]}), ENCODER)
    with pytest.raises(GenerationError, match="Python objects"):
        store.build(plans(rows, attributes={"year": np.array([None, 1, 2])}), ENCODER)


class CountedEncoder(HashingEncoder):
    def __init__(self) -> None:
        super().__init__()
        self.encoded = 0

    def encode(self, texts, role=Role.PLAIN):
        self.encoded += len(texts)
        return super().encode(texts, role)


def test_an_incremental_build_encodes_what_is_new_only_and_equals_a_full_one(
    store: GenerationStore, built: Generation
) -> None:
    changed = np.array([3, 40, 69])
    section = built.section("proposals.offered")
    new = [new_row(owner, version=1) for owner in (3, 40, 200)]
    kept = section.rows_without(changed)
    encoder = CountedEncoder()
    seen: list[int] = []
    number = store.build(plans(new, kept=kept), encoder, built, progress=seen.append)
    assert encoder.encoded == sum(seen) == 3
    ours = store.open(number).section("proposals.offered")

    rows = [new_row(int(owner)) for owner in section.owners[kept]] + new
    full = store.open(store.build(plans(rows), ENCODER)).section("proposals.offered")
    assert ours.owners.tolist() == full.owners.tolist() == [row.owner for row in rows]
    for array in ("vectors", "text_hashes", "languages"):
        np.testing.assert_array_equal(getattr(ours, array), getattr(full, array))
    for row in rows[::7] + new:
        words = analyse(row.text, row.language)
        np.testing.assert_allclose(
            ours.lexical_index.scores_of(words, np.arange(len(rows))),
            full.lexical_index.scores_of(words, np.arange(len(rows))),
            rtol=1e-5,
        )


def test_unchanged_rows_are_recognised_by_owner_text_and_language(built: Generation) -> None:
    section = built.section("proposals.offered")
    wanted = [new_row(owner) for owner in range(1, 70)]
    wanted[9] = new_row(10, version=1)
    wanted[19] = NewRow(20, new_row(20).text, "en" if new_row(20).language == "it" else "it")
    wanted.append(new_row(5))
    kept, new = split_unchanged(section, wanted)
    assert set(section.owners[kept].tolist()) == set(range(1, 70)) - {10, 20}
    assert new == [wanted[9], wanted[19], wanted[-1]]
    assert split_unchanged(None, wanted)[1] == wanted


def test_rows_to_keep_have_to_be_there(store: GenerationStore, built: Generation) -> None:
    for kept in ([70], [-1], [3, 3]):
        with pytest.raises(GenerationError, match="rows to keep"):
            store.build(plans([], kept=np.array(kept)), ENCODER, built)
    with pytest.raises(GenerationError, match="0 that there are"):
        store.build(plans([], kept=np.array([0])), ENCODER)


def test_an_index_of_nothing_can_be_built_and_grown(store: GenerationStore) -> None:
    store.activate(store.build(plans([]), ENCODER))
    empty = store.current(ENCODER)
    assert len(empty.section("proposals.offered").lexical_index.search(["it:a"], 3)) == 0
    number = store.build(plans([new_row(1)]), ENCODER, empty)
    assert len(store.open(number).section("proposals.offered")) == 1


def test_texts_without_words_are_kept_and_counted(store: GenerationStore) -> None:
    number = store.build(plans([NewRow(1, "", "it"), new_row(2)]), ENCODER)
    assert store.open(number).manifest["sections"]["proposals.offered"]["wordless"] == 1


def test_a_built_generation_serves_only_once_activated(store: GenerationStore, built: Generation) -> None:
    assert store.current_id() == built.id
    number = store.build(plans([new_row(1)]), ENCODER)
    assert store.current_id() == built.id
    store.activate(number)
    assert store.current_id() == number


def test_rolling_back_returns_to_the_one_before_and_not_to_the_bad_one(
    store: GenerationStore, built: Generation
) -> None:
    bad = store.build(plans([new_row(1)]), ENCODER)
    store.activate(bad)
    assert store.rollback() == built.id == store.current_id()
    better = store.build(plans([new_row(2)]), ENCODER)
    assert better > bad
    store.activate(better)
    assert store.rollback() == built.id
    with pytest.raises(GenerationError, match="no earlier index"):
        store.rollback()


def test_a_damaged_earlier_one_is_not_rolled_back_to(store: GenerationStore, built: Generation) -> None:
    store.activate(store.build(plans([new_row(1)]), ENCODER))
    _flip_a_byte(built.folder / "proposals.offered" / "vectors.npy")
    with pytest.raises(GenerationError, match=r"vectors\.npy has sha256"):
        store.rollback()
    assert store.current_id() != built.id


def test_pruning_keeps_the_last_that_served(store: GenerationStore) -> None:
    numbers = []
    for owner in range(4):
        numbers.append(store.build(plans([new_row(owner)]), ENCODER))
        store.activate(numbers[-1])
    never = store.build(plans([new_row(9)]), ENCODER)
    assert set(store.prune(2)) == {*numbers[:2], never}
    assert store.ids() == tuple(numbers[2:])
    assert store.rollback() == numbers[2]
    with pytest.raises(GenerationError, match="keep=0"):
        store.prune(0)


def test_a_reader_goes_on_with_what_it_opened_while_another_is_switched_in(
    store: GenerationStore, built: Generation
) -> None:
    section = built.section("proposals.offered")
    number = store.build(plans([new_row(1)]), ENCODER)
    store.activate(number)
    store.prune(1)
    assert not built.folder.exists()
    assert section.vector_index.search(ENCODER.encode([new_row(4).text], Role.OFFERED), 1)[0].ids.tolist() == [4]
    assert store.current_id() == number


def _flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-5] ^= 0x01
    path.write_bytes(bytes(content))


def test_damage_is_found(store: GenerationStore, built: Generation) -> None:
    store.verify(built.id)
    names = [name for name in built.manifest["files"] if (built.folder / name).stat().st_size]
    for name in names:
        path = built.folder / name
        whole = path.read_bytes()
        _flip_a_byte(path)
        with pytest.raises(GenerationError, match="sha256"):
            store.verify(built.id)
        path.write_bytes(whole[:-1])
        with pytest.raises(GenerationError, match="bytes"):
            store.open(built.id)
        path.unlink()
        with pytest.raises(GenerationError, match="No such file"):
            store.open(built.id)
        path.write_bytes(whole)
    store.verify(built.id)


def test_vectors_that_do_not_find_themselves_fail_the_verification(store: GenerationStore, built: Generation) -> None:
    folder = built.folder
    path = folder / "proposals.offered" / "bm25_indices.npy"
    indices = np.load(path)
    np.save(path, np.zeros_like(indices))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["proposals.offered/bm25_indices.npy"] = file_record(path)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(GenerationError, match="does not find itself by its words"):
        store.verify(built.id)


def test_another_model_or_version_is_refused(
    store: GenerationStore, built: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = HashingEncoder(salt="other")
    for act in (
        lambda: store.current(other),
        lambda: store.build(plans([new_row(1)]), other, built),
        lambda: store.open(built.id, HashingEncoder(dimension=16)),
    ):
        with pytest.raises(GenerationError, match="abbina index --full"):
            act()
    for name in ("TEXT_VERSION", "ANALYSER_VERSION"):
        with monkeypatch.context() as patch:
            patch.setattr(generations, name, "999")
            with pytest.raises(GenerationError, match="999 here"):
                store.current(ENCODER)


def test_an_encoder_that_gives_wrong_vectors_leaves_nothing_behind(store: GenerationStore, built: Generation) -> None:
    class Long(HashingEncoder):
        def encode(self, texts, role=Role.PLAIN):
            return 2 * super().encode(texts, role)

    class Absent(HashingEncoder):
        def encode(self, texts, role=Role.PLAIN):
            return super().encode(texts, role) * np.float32(np.nan)

    for encoder, message in ((Long(), "unit length"), (Absent(), "NaN")):
        with pytest.raises(VectorShapeError, match=message):
            store.build(plans([new_row(1)]), encoder)
    assert store.ids() == (built.id,)
    assert not list(store.root.glob("building-*"))


def test_an_empty_store_or_a_damaged_pointer_says_what_to_do(store: GenerationStore, built: Generation) -> None:
    with pytest.raises(GenerationError, match="run `abbina index`"):
        GenerationStore(store.root / "elsewhere").current()
    (store.root / "current.json").write_text("nonsense")
    with pytest.raises(GenerationError, match="damaged"):
        store.current_id()


def test_section_names_are_checked(store: GenerationStore) -> None:
    for name in ("", "../escape", "a b"):
        with pytest.raises(GenerationError, match="section name"):
            store.build([SectionPlan(name, Role.PLAIN)], ENCODER)
    with pytest.raises(GenerationError, match="each name once"):
        store.build([SectionPlan("a", Role.PLAIN), SectionPlan("a", Role.PLAIN)], ENCODER)
    with pytest.raises(GenerationError, match="language 'fr'"):
        store.build(plans([NewRow(1, "bonjour", "fr")]), ENCODER)


class _Killing(HashingEncoder):
    def encode(self, texts, role=Role.PLAIN):
        os.kill(os.getpid(), signal.SIGKILL)
        return super().encode(texts, role)


def _build_and_die(root: Path) -> None:
    calm = SectionPlan("calm", Role.OFFERED, [])
    GenerationStore(root).build([calm, *plans([new_row(1)])], _Killing())


def test_a_killed_build_leaves_the_old_generation_serving_and_the_next_removes_it(
    store: GenerationStore, built: Generation
) -> None:
    worker = multiprocessing.get_context("spawn").Process(target=_build_and_die, args=(store.root,))
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL
    assert len(list(store.root.glob("building-*"))) == 1
    assert store.current_id() == built.id
    store.verify(built.id)
    number = store.build(plans([new_row(1)]), ENCODER)
    assert not list(store.root.glob("building-*"))
    assert store.ids() == (built.id, number)


def test_two_builds_at_once_are_refused(store: GenerationStore) -> None:
    class Nested(HashingEncoder):
        def encode(self, texts, role=Role.PLAIN):
            with pytest.raises(GenerationError, match="another build"):
                GenerationStore(store.root).build([], ENCODER)
            return super().encode(texts, role)

    assert store.build(plans([new_row(1)]), Nested())
