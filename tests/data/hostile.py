"""Files as people and as attackers send them, built here so that no binary is stored."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from PIL import Image

CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R %s >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>"


def stream(body: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(body), entries, body)


def pdf(*more: bytes, catalogue: bytes = b"", trailer: bytes = b"", between: bytes = b"") -> bytes:
    """A PDF of one empty page, with further objects from number 4 on."""
    content = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + between
    objects = [CATALOGUE % catalogue, PAGES, PAGE, *more]
    table = b"0000000000 65535 f \n"
    for number, text in enumerate(objects, start=1):
        table += b"%010d 00000 n \n" % len(content)
        content += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    size = len(objects) + 1
    at = len(content)
    content += b"xref\n0 %d\n%s" % (size, table)
    return content + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, at)


def packed(*objects: bytes, compress: bool = True, entries: bytes = b"", separator: bytes = b" ") -> bytes:
    """An object stream of these objects, numbered from 50 on."""
    header, body = b"", b""
    for number, text in enumerate(objects, start=50):
        header += b"%d %d " % (number, len(body))
        body += text + separator
    return packed_as(header, body, len(objects), compress=compress, entries=entries)


def packed_as(header: bytes, body: bytes, count: int, *, compress: bool = True, entries: bytes = b"") -> bytes:
    plain = header + body
    entries += b" /Type /ObjStm /N %d /First %d" % (count, len(header))
    return stream(zlib.compress(plain), entries + b" /Filter /FlateDecode") if compress else stream(plain, entries)


def picture(kind: str, size: tuple[int, int] = (40, 30), mode: str = "RGB", **options: Any) -> bytes:
    """A picture with a darker left half."""
    image = Image.new(mode, size)
    image.paste(Image.new(mode, (size[0] // 2, size[1]), {"RGB": (200, 30, 30)}.get(mode, 90)), (0, 0))
    out = BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


def png_bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that claims, and holds, very many pixels."""
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes((1, 0, 0, 0, 0))
    rows = zlib.compress(bytes((width // 8 + 2) * min(height, 100)), 9)
    chunks: Sequence[tuple[bytes, bytes]] = ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(kind, body) for kind, body in chunks)


def archive_end(comment: bytes = b"") -> bytes:
    """The end of a ZIP or JAR without entries."""
    return b"PK\x05\x06" + bytes(16) + len(comment).to_bytes(2, "little") + comment
