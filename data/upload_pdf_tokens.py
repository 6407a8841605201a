"""The words of PDF syntax (ISO 32000-1, 7.2 and 7.3), read one after the other, without judging what they mean."""

from __future__ import annotations

import re
from typing import NamedTuple

from data.errors import UploadError, UploadFault

_TOKEN = re.compile(
    rb"(?P<space>[\0\t\n\f\r ]+)"
    rb"|(?P<comment>%[^\r\n]*)"
    rb"|/(?P<name>[^\0\t\n\f\r ()<>\[\]{}/%]*)"
    rb"|(?P<open><<|\[)"
    rb"|(?P<close>>>|\])"
    rb"|<(?P<hex>[0-9A-Fa-f\0\t\n\f\r ]*)>"
    rb"|(?P<string>\()"
    rb"|(?P<word>[^\0\t\n\f\r ()<>\[\]{}/%]+)"
)
_STRING_PART = re.compile(rb"\\.|[()]", re.DOTALL)
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")


class Token(NamedTuple):
    """A piece of syntax: its kind (comment, name, open, close, hex, string, word) and its bytes, names unescaped."""

    kind: str
    value: bytes


class Lexer:
    """Reads `data[position:end]`; `position` may be moved, as over the body of a stream."""

    def __init__(self, data: bytes, position: int = 0, end: int | None = None) -> None:
        self.data = data
        self.position = position
        self.end = len(data) if end is None else end

    def __iter__(self) -> Lexer:
        return self

    def __next__(self) -> Token:
        """The next token, spaces left out. Raises UploadError (damaged) for what is no PDF syntax."""
        while self.position < self.end:
            found = _TOKEN.match(self.data, self.position, self.end)
            if found is None or found.lastgroup is None:
                raise UploadError(UploadFault.DAMAGED, "it holds what is no PDF syntax")
            self.position = found.end()
            kind = found.lastgroup
            if kind == "string":
                return Token(kind, self._string(found.start()))
            if kind == "name":
                return Token(kind, _ESCAPE.sub(lambda escape: bytes.fromhex(escape[1].decode()), found[kind]))
            if kind != "space":
                return Token(kind, found[kind])
        raise StopIteration

    def _string(self, start: int) -> bytes:
        depth = 1
        for part in _STRING_PART.finditer(self.data, self.position, self.end):
            depth += {b"(": 1, b")": -1}.get(part[0], 0)
            if depth == 0:
                self.position = part.end()
                return self.data[start : part.end()]
        raise UploadError(UploadFault.DAMAGED, "a text in it does not end")
