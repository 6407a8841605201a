"""Reads the text of an uncompressed PDF of ReportLab back, by the tables that readers copy text with."""

from __future__ import annotations

import re

_OBJECT = re.compile(rb"(?m)^(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_SHOWN = re.compile(rb"/(F[\d+]+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\) Tj", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_CONTROL = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages_of(content: bytes) -> list[str]:
    """The text of each page, a line for each that is shown, in the order of the pages."""
    objects = {int(number): body for number, body in _OBJECT.findall(content)}
    tree = next(body for body in objects.values() if b"/Type /Pages" in body)
    kids = re.findall(rb"(\d+) 0 R", tree[tree.index(b"/Kids") : tree.index(b"]")])
    fonts = _fonts(objects)
    return [_text(objects[_reference(objects[int(kid)], b"Contents")], fonts) for kid in kids]


def _reference(body: bytes, key: bytes) -> int:
    found = re.search(rb"/%s (\d+) 0 R" % key, body)
    assert found is not None
    return int(found[1])


def _fonts(objects: dict[int, bytes]) -> dict[bytes, dict[int, str]]:
    tables = {}
    for body in objects.values():
        if b"/Type /Font " in body + b" " and b"/ToUnicode" in body:
            name = re.search(rb"/Name /(F[\d+]+)", body)
            assert name is not None
            pairs = re.findall(rb"<([0-9A-F]{2})> <([0-9A-F]+)>\n", objects[_reference(body, b"ToUnicode")])
            tables[name[1]] = {int(code, 16): chr(int(letter, 16)) for code, letter in pairs}
    return tables


def _text(body: bytes, fonts: dict[bytes, dict[int, str]]) -> str:
    lines, table = [], {}
    for font, shown in _SHOWN.findall(body):
        if font:
            table = fonts.get(font, {})
        else:
            lines.append("".join(table[code] for code in _ESCAPE.sub(_plain, shown)))
    return "\n".join(lines)


def _plain(escape: re.Match[bytes]) -> bytes:
    code = escape[1]
    return bytes([int(code, 8)]) if len(code) == 3 else _CONTROL.get(code, code)
