import gzip
import io
import zipfile
from pathlib import Path

import pytest

from data.errors import SourceError
from data.sources import inputs
from data.sources.inputs import is_utf8, members, text_of
from tests.data.sources.factories import only_member


def content(path: Path) -> str:
    with members(path) as documents, documents[0].open() as binary, text_of(binary) as text:
        return text.read()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1"])
def test_usual_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    path = tmp_path / "f.csv"
    path.write_bytes((mark + "perché è così").encode(encoding))
    assert content(path) == "perché è così"


def test_one_stray_byte_does_not_spoil_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "f.txt"
    path.write_bytes("è utf-8, ".encode() + b"\xe8 is not")
    assert content(path) == "è utf-8, è is not"
    assert not is_utf8(only_member(path))


def test_gzip_and_zip_are_opened_whatever_their_names(tmp_path: Path) -> None:
    packed = tmp_path / "f.jsonl"
    packed.write_bytes(gzip.compress(b"one"))
    archive = tmp_path / "g.xml"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("b.txt", "two")
        file.writestr("a/../../a.txt", "first")
    assert content(packed) == "one"
    with members(archive) as documents:
        assert [member.name for member in documents] == ["a/../../a.txt", "b.txt"]
    assert not (tmp_path.parent / "a.txt").exists()


def test_a_gzip_bomb_is_refused_while_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "RATIO_FROM", 1 << 20)
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(bytes(8 << 20)))
    with pytest.raises(SourceError, match="bomb"):
        content(path)


def test_a_zip_bomb_is_refused_while_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "RATIO_FROM", 1 << 20)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("bomb.xml", bytes(8 << 20))
    with pytest.raises(SourceError, match="bomb"):
        content(path)


def test_a_zip_file_that_claims_too_much_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "MAX_PLAIN", 1000)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a", bytes(600))
        file.writestr("b", bytes(600))
    with pytest.raises(SourceError, match="bomb"):
        content(path)


def test_too_many_entries_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "MAX_MEMBERS", 2)
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as file:
        for number in range(3):
            file.writestr(str(number), "x")
    with pytest.raises(SourceError, match="3 entries"):
        content(path)


def test_honest_compression_of_a_large_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.gz"
    text = "".join(f"line {number} of an honest file\n" for number in range(200_000))
    path.write_bytes(gzip.compress(text.encode()))
    assert content(path) == text


@pytest.mark.parametrize("cut", [20, -5])
def test_a_damaged_archive_is_an_error_with_its_name(tmp_path: Path, cut: int) -> None:
    whole = gzip.compress(b"x" * 10_000 + bytes(range(256)) * 40)
    path = tmp_path / "cut.gz"
    path.write_bytes(whole[:cut])
    with pytest.raises(SourceError, match=r"cut\.gz"):
        content(path)
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(SourceError, match=r"broken\.zip"):
        content(broken)


def test_a_missing_file_is_an_error_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nothing\.csv"):
        content(tmp_path / "nothing.csv")


def test_text_of_takes_raw_streams() -> None:
    assert text_of(io.BytesIO(b"\xef\xbb\xbfmark")).read() == "mark"
