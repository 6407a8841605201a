"""Whether a PDF from outside is a document and nothing else: whole, not encrypted, without anything that acts.

Readers find objects by offsets that the file itself gives, so an object may lie anywhere, even within a text, a comment
or the body of a stream. Hence names are read wherever syntax stands, object streams are inflated and read likewise,
and what is stepped over must not hold the beginning of an object. Source of the syntax: ISO 32000-1, 7.2 to 7.5.
"""

from __future__ import annotations

import re
import zlib

from data.errors import UploadError, UploadFault
from data.upload_pdf_tokens import Lexer, Token

ACTIVE = frozenset(
    b"JavaScript JS Launch AA EmbeddedFile EmbeddedFiles EF RichMedia RichMediaContent XFA SubmitForm ImportData GoToE "
    b"Rendition Movie Sound".split()
)
"""Names of actions that run something or send data, of embedded files, and of players."""
_INFLATED_AT_MOST = 32 * 1024 * 1024
_TOKENS_AT_MOST = 3_000_000
_OF_AN_OBJECT = 10_000
"""Tokens remembered of one object; the dictionary before a stream has far fewer."""
_WORDS = frozenset(b"obj endobj stream endstream xref trailer startxref R true false null n f".split())
_DEPTHS = {"open": 1, "close": -1}
_NUMBER = re.compile(rb"[-+.\d]+")
_UNREAD = frozenset((b"Crypt", b"DecodeParms", b"DP", b"F", b"FFilter"))
_HEADER = re.compile(rb"%PDF-[12]\.\d[\0\t\n\f\r %]")
_END = re.compile(rb"startxref[\0\t\n\f\r ]+(\d{1,10})[\0\t\n\f\r ]+%%EOF[\0\t\n\f\r ]*")
_TABLE = re.compile(rb"[\0\t\n\f\r ]*(xref[\0\t\n\f\r ]|\d+[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]+obj)")
_END_OF_STREAM = re.compile(rb"[\0\t\n\f\r ]*endstream")
_OFFSETS = re.compile(rb"([\t\n\f\r ]*\d{1,10}(?=[\t\n\f\r ]|$))*[\t\n\f\r ]*")
_BEFORE_AN_OBJECT = frozenset(b"\0\t\n\f\r >])")
_BREAK = re.compile(rb"\r\n|\n|\r|")
_CONTROL = re.compile(rb"[\0-\x20]")
_OBJECT = re.compile(rb"(?<=[\0\t\n\v\f\r \d])obj[\0\t\n\v\f\r ]*(<<|\[|/|%)")
_ENCRYPT = re.compile(rb"/Encrypt[\0\t\n\f\r ]*(<<|\d+[\0\t\n\f\r ]+\d+[\0\t\n\f\r ]+R)")
_MARKUP = re.compile(rb"<\s*(html|head|body|script|svg|iframe|!doctype|\?php)", re.IGNORECASE)
_ZIP_END, _ZIP_TAIL = b"PK\x05\x06", 65_535 + 22
"""A ZIP archive is found from its end, which may be followed by a comment of up to 65,535 bytes."""


def inspect_pdf(content: bytes) -> None:
    """Look through a whole PDF. Raises UploadError: damaged, encrypted, active_content, trailing_data, too_large."""
    _require_ends(content)
    if _ENCRYPT.search(content):
        raise UploadError(UploadFault.ENCRYPTED, "it is protected by a password or by restrictions")
    inspection = _Inspection(content)
    inspection.run()
    if not {b"Catalog", b"Pages"} <= inspection.names:
        raise UploadError(UploadFault.DAMAGED, "it has no catalogue or no pages")


def _require_ends(content: bytes) -> None:
    if _HEADER.match(content) is None:
        raise UploadError(UploadFault.DAMAGED, "it has no version of PDF in its first line")
    last = content.rfind(b"%%EOF")
    if last < 0:
        raise UploadError(UploadFault.DAMAGED, "its end is missing")
    if content[last + 5 :].strip(b"\0\t\n\f\r ") or _ZIP_END in content[-_ZIP_TAIL:]:
        raise UploadError(UploadFault.TRAILING_DATA, "something follows the end of the PDF")
    end = _END.fullmatch(content, max(0, content.rfind(b"startxref")))
    if end is None or _TABLE.match(content, int(end[1])) is None:
        raise UploadError(UploadFault.DAMAGED, "its table of objects is not where it says")


class _Inspection:
    """One walk over a file: the names met, what of the inflating budget is left, the tokens of the current object."""

    def __init__(self, content: bytes) -> None:
        self.names: set[bytes] = set()
        self._lexer = Lexer(content)
        self._content = content
        self._budget = _INFLATED_AT_MOST
        self._current: list[Token] = []
        self._depth = 0
        self._tokens = 0

    def run(self) -> None:
        for token in self._lexer:
            self._judge(token)
            if token.kind in {"string", "comment"}:
                _require_no_object(token.value)
            if token.kind == "comment" and _MARKUP.search(token.value):
                raise UploadError(UploadFault.TRAILING_DATA, "markup of a web page stands in its comments")
            if token.kind != "comment":
                self._place(token)

    def _place(self, token: Token) -> None:
        if token == ("word", b"obj"):
            self._current, self._depth = [], 0
        elif token == ("word", b"stream"):
            # Anywhere else readers may read on, where this walk would step over a body.
            if self._depth or self._current[-1:] != [("close", b">>")] or len(self._current) == _OF_AN_OBJECT:
                raise UploadError(UploadFault.DAMAGED, "a stream stands in it where none can be")
            self._stream()
        else:
            self._depth += _DEPTHS.get(token.kind, 0)
            if len(self._current) < _OF_AN_OBJECT:
                self._current.append(token)

    def _judge(self, token: Token) -> None:
        self._tokens += 1
        if self._tokens > _TOKENS_AT_MOST:
            raise UploadError(UploadFault.TOO_LARGE, "it has too many parts")
        if token.kind == "name":
            # Readers written in C end a name at a NUL, and some at any control character.
            if _CONTROL.split(token.value, maxsplit=1)[0] in ACTIVE:
                raise UploadError(UploadFault.ACTIVE_CONTENT, "it has scripts, actions, forms or files within")
            if token.value == b"Encrypt":
                raise UploadError(UploadFault.ENCRYPTED, "it is protected by a password or by restrictions")
            self.names.add(token.value)
        elif token.kind == "word" and token.value not in _WORDS and not _NUMBER.fullmatch(token.value):
            raise UploadError(UploadFault.DAMAGED, "words stand in it that are none of PDF")

    def _stream(self) -> None:
        start = _end_of(_BREAK, self._content, self._lexer.position)
        length = _number_after(self._current, b"Length")
        end = None if length is None else _END_OF_STREAM.match(self._content, start + length)
        # The length stands in another object, or is wrong: readers look for the word then.
        stop = end.end() - len(b"endstream") if end else self._content.find(b"endstream", start)
        if stop < 0:
            raise UploadError(UploadFault.DAMAGED, "a stream in it does not end")
        self._lexer.position = stop + len(b"endstream")
        body = self._content[start:stop]
        _require_no_object(body)
        names = {token.value for token in self._current if token.kind == "name"}
        # Some readers do not look at the type: whatever could be read as an object stream is read as one.
        if b"ObjStm" in names or {b"First", b"N"} <= names:
            self._object_stream(body)

    def _object_stream(self, body: bytes) -> None:
        count, first = (_number_after(self._current, key) for key in (b"N", b"First"))
        plain = self._inflated(body)
        if count is None or first is None or not _OFFSETS.fullmatch(plain, 0, first):
            raise _unseen()
        header = plain[:first].split()[: 2 * count]
        offsets = sorted({first + int(offset) for offset in header[1::2]})
        if len(header) != 2 * count or any(offset >= len(plain) for offset in offsets):
            raise _unseen()
        for start, end in zip(offsets, [*offsets[1:], len(plain)], strict=True):
            # An offset in the middle of a word or a text would let a reader see another word than is seen here.
            if plain[start - 1] not in _BEFORE_AN_OBJECT:
                raise _unseen()
            self._packed_object(Lexer(plain, start, end))

    def _packed_object(self, lexer: Lexer) -> None:
        depth, kinds = 0, set()
        for token in lexer:
            self._judge(token)
            kinds.add(token.kind)
            depth += _DEPTHS.get(token.kind, 0)
        # Where nothing but a comment stands, readers go on behind it, in another state than this walk.
        if not kinds or "comment" in kinds:
            raise _unseen()
        if depth:
            raise UploadError(UploadFault.DAMAGED, "an object in it does not end")

    def _inflated(self, body: bytes) -> bytes:
        """The text of an object stream; only the plain kinds that programs write, within the budget."""
        names = [token.value for token in self._current if token.kind == "name"]
        filters = [name for name in names if name.endswith(b"Decode")]
        if filters not in ([], [b"FlateDecode"]) or (b"Filter" in names) != bool(filters) or _UNREAD & set(names):
            raise _unseen()
        if not filters:
            return body
        inflater = zlib.decompressobj()
        try:
            plain = inflater.decompress(body, self._budget + 1)
        except zlib.error as error:
            raise UploadError(UploadFault.DAMAGED, "compressed parts of it cannot be read") from error
        self._budget -= len(plain)
        if self._budget < 0:
            raise UploadError(UploadFault.TOO_LARGE, "its compressed parts are too large")
        if not inflater.eof:
            raise UploadError(UploadFault.DAMAGED, "compressed parts of it cannot be read")
        return plain


def _unseen() -> UploadError:
    return UploadError(UploadFault.ACTIVE_CONTENT, "it has parts that cannot be looked into")


def _require_no_object(skipped: bytes) -> None:
    if _OBJECT.search(skipped):
        raise UploadError(UploadFault.ACTIVE_CONTENT, "objects are hidden in its texts or data")


def _end_of(pattern: re.Pattern[bytes], content: bytes, position: int) -> int:
    found = pattern.match(content, position)
    return position if found is None else found.end()


def _number_after(tokens: list[Token], key: bytes) -> int | None:
    """The whole number that the key has; None where it has none, stands elsewhere (`7 0 R`), or comes twice."""
    places = [place for place, token in enumerate(tokens) if token == ("name", key)]
    after = tokens[places[0] + 1 : places[0] + 4] if len(places) == 1 else []
    if not after or after[0].kind != "word" or not after[0].value.isdigit() or len(after[0].value) > 10:
        return None
    return None if after[-1] == ("word", b"R") else int(after[0].value)
