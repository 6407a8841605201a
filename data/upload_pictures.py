"""Pictures from outside: decoded within a limit of pixels, and encoded anew, so that pixels are all that is kept."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from PIL import Image, ImageOps

from data.errors import UploadError, UploadFault

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
JPEG_SIGNATURE = b"\xff\xd8\xff"
_DECODERS_RAISE = (OSError, SyntaxError, ValueError, TypeError, LookupError, OverflowError, EOFError)
"""What Pillow's decoders let through for broken files, besides the two below."""
_BROKEN = (*_DECODERS_RAISE, struct.error, zlib.error)
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SCAN, _END = 0xDA, 0xD9
_QUALITIES = (88, 75, 60)
"""Of JPEGs, the first that makes a picture no larger than it came."""
_PLAIN_PNG = frozenset(("1", "L", "LA", "RGB", "RGBA", "I;16"))


def clean_png(content: bytes, pixels: int) -> bytes:
    """The same picture as a new PNG without any metadata. Raises UploadError."""
    if content[12:16] != b"IHDR":
        raise _damaged()
    width, height = struct.unpack(">II", content[16:24]) if len(content) > 24 else (0, 0)
    _require_size(width, height, pixels)
    _require_end(content, _end_of_png(content))
    picture = _decoded(content, "PNG")
    if "transparency" in picture.info:
        picture = picture.convert("RGBA")
    elif picture.mode not in _PLAIN_PNG:
        picture = picture.convert("RGB")
    return _encoded(picture, "PNG")


def clean_jpeg(content: bytes, pixels: int) -> bytes:
    """The same picture as a new JPEG, turned upright, without any metadata. Raises UploadError."""
    width, height, end = _frame_and_end(content)
    _require_size(width, height, pixels)
    # Telephones add smaller versions of the picture: they are left behind like the metadata.
    if not content.startswith(JPEG_SIGNATURE, end):
        _require_end(content, end)
    picture = _decoded(content[:end], "JPEG")
    picture = picture if picture.mode == "L" else picture.convert("RGB")
    for quality in _QUALITIES[:-1]:
        clean = _encoded(picture, "JPEG", quality=quality)
        if len(clean) <= len(content):
            return clean
    return _encoded(picture, "JPEG", quality=_QUALITIES[-1])


def _decoded(content: bytes, kind: str) -> Image.Image:
    try:
        with Image.open(BytesIO(content), formats=(kind,)) as checked:
            checked.verify()
        with Image.open(BytesIO(content), formats=(kind,)) as opened:
            opened.load()
            return ImageOps.exif_transpose(opened)
    except _BROKEN as error:
        raise _damaged() from error


def _encoded(picture: Image.Image, kind: str, **options: int) -> bytes:
    picture.info.clear()  # the encoders would write comments and profiles again from here
    out = BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def _require_size(width: int, height: int, pixels: int) -> None:
    if not width or not height:
        raise _damaged()
    if width * height > pixels:
        raise UploadError(UploadFault.TOO_MANY_PIXELS, f"{width} × {height} pixels, at most {pixels} are allowed")


def _require_end(content: bytes, end: int) -> None:
    if content[end:].strip(b"\0\t\n\r "):
        raise UploadError(UploadFault.TRAILING_DATA, "something follows the end of the picture")


def _end_of_png(content: bytes) -> int:
    """Where the last chunk ends (W3C PNG, 5.3)."""
    position = len(PNG_SIGNATURE)
    while position + 12 <= len(content):
        length = int.from_bytes(content[position : position + 4])
        kind = content[position + 4 : position + 8]
        position += length + 12
        if kind == b"IEND" and position <= len(content):
            return position
    raise _damaged()


def _frame_and_end(content: bytes) -> tuple[int, int, int]:
    """Width, height, and where the picture ends (ITU-T T.81, annex B)."""
    width = height = 0
    position = 2
    while position + 4 <= len(content) or content[position:] == bytes((0xFF, _END)):
        if content[position] != 0xFF:
            raise _damaged()
        marker = content[position + 1]
        if marker == _END:
            return width, height, position + 2
        if marker == 0xFF:  # fill bytes may stand before a marker
            position += 1
            continue
        if marker in _FRAMES and position + 9 <= len(content):
            height, width = struct.unpack_from(">HH", content, position + 5)
        position += int.from_bytes(content[position + 2 : position + 4]) + 2
        if marker == _SCAN:
            position = _end_of_scan(content, position)
    raise _damaged()


def _end_of_scan(content: bytes, position: int) -> int:
    """The next marker after coded data, in which 0xFF is followed by zero or a restart marker."""
    while (position := content.find(b"\xff", position)) >= 0 and position + 1 < len(content):
        if content[position + 1] != 0 and not 0xD0 <= content[position + 1] <= 0xD7:
            return position
        position += 2
    raise _damaged()


def _damaged() -> UploadError:
    return UploadError(UploadFault.DAMAGED, "the picture cannot be read to its end")
