"""Files from outside: read within a limit, judged by their content, cleaned, and stored by it."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol
from uuid import uuid4

from data.errors import NotFoundError, UploadError, UploadFault
from data.upload_names import clean_name
from data.upload_pdf import inspect_pdf
from data.upload_pictures import JPEG_SIGNATURE, PNG_SIGNATURE, clean_jpeg, clean_png

_CHUNK = 64 * 1024
_KEY = re.compile(r"[0-9a-f]{64}")
_MOST_PIXELS = 80_000_000


class Readable(Protocol):
    """What an upload is read from: an open file, or the stream of a form's file."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end."""


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """How large a file may be, in bytes, and a picture, in pixels (at most 80 million)."""

    size: int = 10_000_000
    pixels: int = 40_000_000

    def __post_init__(self) -> None:
        if self.size < 1 or not 1 <= self.pixels <= _MOST_PIXELS:
            raise ValueError(f"limits of {self.size} bytes and {self.pixels} pixels: 1 to {_MOST_PIXELS} pixels work")

    @classmethod
    def of_megabytes(cls, megabytes: int) -> UploadLimits:
        """The limits for the setting ABBINA_UPLOAD_MEGABYTES."""
        return cls(size=megabytes * 1_000_000)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was found to be harmless; size and hash are those of `content`, pictures being encoded anew."""

    name: str
    media_type: str
    size: int
    sha256: str
    content: bytes


def read_upload(stream: Readable, declared_name: str | None, *, limits: UploadLimits) -> Upload:
    """Read a PDF, PNG or JPEG; never more than a byte beyond the limit is taken from `stream`.

    Raises UploadError with a code for anything else: docs/decisions/0014 lists what is refused.
    """
    content = _read(stream, limits.size)
    media_type = _type_of(content)
    name = clean_name(declared_name, media_type)
    if media_type == "application/pdf":
        inspect_pdf(content)
    else:
        clean = clean_png if media_type == "image/png" else clean_jpeg
        content = clean(content, limits.pixels)
    if len(content) > limits.size:
        raise UploadError(UploadFault.TOO_LARGE, "the picture is too large once encoded anew")
    return Upload(name, media_type, len(content), hashlib.sha256(content).hexdigest(), content)


def _read(stream: Readable, size: int) -> bytes:
    content = bytearray()
    while len(content) <= size and (part := stream.read(min(_CHUNK, size + 1 - len(content)))):
        content += part
    if len(content) > size:
        raise UploadError(UploadFault.TOO_LARGE, f"at most {size} bytes are allowed")
    if not content:
        raise UploadError(UploadFault.EMPTY, "it holds nothing")
    return bytes(content)


def _type_of(content: bytes) -> str:
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(PNG_SIGNATURE):
        return "image/png"
    if content.startswith(JPEG_SIGNATURE):
        return "image/jpeg"
    raise UploadError(UploadFault.NOT_ALLOWED_TYPE, "its content is no PDF, PNG or JPEG")


class FileStore:
    """Files under a folder, each named by the SHA-256 of its content; nothing of a declared name becomes a path.

    Two uploads of the same content are one file: delete it only when nothing refers to its key any more.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, upload: Upload) -> str:
        """Store the content, whole or not at all, readable by its owner only; returns its key."""
        path = self._path(upload.sha256)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = path.with_name(f"{path.name}.{uuid4().hex}")
        try:
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(upload.content)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
        return upload.sha256

    def open(self, key: str) -> BinaryIO:
        """The content, open for reading. Raises NotFoundError where nothing is stored under `key`."""
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise NotFoundError(f"no stored file has the key {key}") from None

    def keys(self) -> Iterator[str]:
        """The keys of all that is stored."""
        return (path.name for path in self._folder.glob("??/*") if _KEY.fullmatch(path.name))

    def delete(self, key: str) -> None:
        """Remove a file; one that is gone already is no error. Raises NotFoundError for what is no key."""
        self._path(key).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise NotFoundError("a key of a stored file has 64 hexadecimal digits")
        return self._folder / key[:2] / key
