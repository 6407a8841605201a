"""Files as they come: plain, gzip or zip, any usual encoding, guarded against decompression bombs."""

from __future__ import annotations

import codecs
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from data.errors import SourceError

MAX_PLAIN = 4 * 2**30
"""Most bytes of a file, compressed or not, in total."""
MAX_RATIO = 200
"""Most times that a compressed file may grow, once it is larger than RATIO_FROM."""
RATIO_FROM = 16 * 2**20
MAX_MEMBERS = 10_000
HEAD = 65_536

_FALLBACK = "abbina-cp1252"


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    # Two bytes are told from one only by what follows: each bad byte is one character of Windows' Western code page.
    chunk = bytes(error.object[error.start : error.end])
    text = "".join(
        bytes([byte]).decode("cp1252") if byte not in b"\x81\x8d\x8f\x90\x9d" else chr(byte) for byte in chunk
    )
    return text, error.end


codecs.register_error(_FALLBACK, _as_cp1252)


@dataclass(frozen=True, slots=True)
class Member:
    """One document: a file, or an entry of a zip file. `open` may be called several times."""

    name: str
    open: Callable[[], BinaryIO]


class _Guarded(io.RawIOBase):
    """Reads `stream`, and raises SourceError once it grows beyond what `compressed` bytes can honestly hold."""

    def __init__(self, stream: BinaryIO, name: str, compressed: int) -> None:
        self._stream = stream
        self._name = name
        self._most = min(MAX_PLAIN, max(RATIO_FROM, compressed * MAX_RATIO))
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._stream.read(len(buffer))
        except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            raise SourceError(
                f"{self._name}: cannot be decompressed ({error}): the file is damaged or cut off"
            ) from error
        self._read += len(data)
        if self._read > self._most:
            raise SourceError(
                f"{self._name}: grows beyond {self._most} bytes when decompressed: refused as a decompression bomb; "
                "split the file if it is honest"
            )
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._stream.close()
        super().close()


@contextmanager
def members(path: Path) -> Iterator[list[Member]]:
    """The documents in a file: itself, what gzip holds, or the entries of a zip file in the order of their names.

    Raises SourceError for files that cannot be read, damaged or encrypted archives and too many entries; bombs raise
    it while they are read.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    if size > MAX_PLAIN:
        raise SourceError(f"{path}: {size} bytes, at most {MAX_PLAIN} are read: split the file")
    if magic[:2] == b"\x1f\x8b":
        yield [Member(path.name, lambda: _buffered(gzip.GzipFile(path), path.name, size))]
    elif magic in (b"PK\x03\x04", b"PK\x05\x06"):
        yield from _zipped(path)
    else:
        yield [Member(path.name, lambda: path.open("rb"))]


def _buffered(stream: object, name: str, compressed: int) -> BinaryIO:
    return io.BufferedReader(_Guarded(stream, name, compressed), HEAD)  # type: ignore[arg-type]


def _zipped(path: Path) -> Iterator[list[Member]]:
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError) as error:
        raise SourceError(f"{path}: is no readable zip file ({error})") from error
    with archive:
        entries = sorted(
            (entry for entry in archive.infolist() if not entry.is_dir()), key=lambda entry: entry.filename
        )
        _check_entries(path, entries)
        yield [_entry(archive, entry) for entry in entries if not entry.filename.startswith("__MACOSX/")]


def _check_entries(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_MEMBERS:
        raise SourceError(f"{path}: {len(entries)} entries, at most {MAX_MEMBERS} are read: split the archive")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise SourceError(f"{path}: is encrypted: unpack it first")
    # Overlapping entries let a small archive claim the same bytes many times over.
    packed, size = sum(entry.compress_size for entry in entries), path.stat().st_size
    if packed > size or sum(entry.file_size for entry in entries) > MAX_PLAIN:
        raise SourceError(f"{path}: its entries claim more than the file can hold: refused as a decompression bomb")


def _entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Member:
    def opened() -> BinaryIO:
        try:
            stream = archive.open(entry)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
            raise SourceError(f"{entry.filename}: cannot be unpacked ({error})") from error
        return _buffered(stream, entry.filename, entry.compress_size)

    return Member(entry.filename, opened)


def text_of(binary: BinaryIO) -> io.TextIOWrapper:
    """Text of a binary stream: UTF-16 by its mark, else UTF-8 (mark dropped) with stray bytes read as Windows-1252."""
    buffered = binary if isinstance(binary, io.BufferedReader) else io.BufferedReader(binary)  # type: ignore[type-var]
    mark = buffered.peek(4)[:4]
    if mark[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return io.TextIOWrapper(buffered, encoding="utf-16", errors="replace", newline="")
    return io.TextIOWrapper(buffered, encoding="utf-8-sig", errors=_FALLBACK, newline="")


def is_utf8(member: Member) -> bool:
    """Whether all of the document is valid UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with member.open() as stream:
        try:
            while chunk := stream.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
