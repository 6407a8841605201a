"""POD v6 XML of the Enterprise Europe Network, read in a stream: no entities, no document type, no network.

A file of any size takes the memory of its largest profile.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from html.entities import html5
from typing import Any

from lxml import etree

from data.errors import SourceError
from data.sources.inputs import HEAD, Member, is_utf8, text_of
from data.sources.rows import Items, RawRow

CHUNK = 1 << 16
MAX_PROFILE = 32 * 2**20
"""Most characters of one profile, attached files included."""

PROLOG = re.compile(r"(?:\ufeff|\s|<\?.*?\?>|<!--.*?-->)*", re.S)
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(
    r"&(?:#(?P<decimal>\d{1,8})|#[xX](?P<hex>[0-9a-fA-F]{1,7})|(?P<name>[a-zA-Z][a-zA-Z0-9]{1,31}));"
)
_LONGEST_REFERENCE = 40
_XML_NAMES = {"amp", "lt", "gt", "quot", "apos"}
_DECLARED = re.compile(r"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")

_PATHS = {
    "reference": "reference/external",
    "kind": "reference/type",
    "title": "content/title",
    "summary": "content/summary",
    "description": "content/description",
    "advantages": "cooperation/plusvalue",
    "expertise_sought": "cooperation/partner/area",
    "stage": "cooperation/stagedev/stage",
    "ipr": "cooperation/ipr/status",
    "ipr_notes": "cooperation/ipr/comment",
    "country": "company/country/key",
    "published": "datum/submit",
    "expires": "datum/deadline",
    "last_modified": "datum/update",
}


def read_pod_xml(member: Member, file: str) -> Items:
    """The profiles of a POD v6 document. Raises SourceError where it is not well-formed or declares a type."""
    parser = etree.XMLPullParser(
        events=("end",),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=True,  # attached files are long texts; MAX_PROFILE bounds them, and entities are refused
        remove_comments=True,
        remove_pis=True,
        encoding="utf-8",
    )
    number = 0
    since = 0
    try:
        for chunk in _chunks(member):
            parser.feed(chunk)
            since += len(chunk)
            for item in _profiles(parser, number):
                number, since = number + 1, 0
                yield item
            if since > MAX_PROFILE:
                raise SourceError(f"{member.name}: profile {number + 1} is larger than {MAX_PROFILE} bytes")
        parser.close()
    except etree.XMLSyntaxError as error:
        raise SourceError(f"{member.name}: is not well-formed XML ({error.msg}); nothing of it was taken") from error


def _profiles(parser: etree.XMLPullParser, number: int) -> Iterator[RawRow]:
    for _, element in parser.read_events():
        if _name(element) != "profile" or _name(element.getparent()) == "files":
            continue
        number += 1
        row = RawRow(f"profile {number}, line {element.sourceline}", _values(element))
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]
        yield row


def _chunks(member: Member) -> Iterator[bytes]:
    """The document as UTF-8 in pieces, whatever it declares, without characters that XML forbids."""
    encoding = _encoding(member)
    with member.open() as binary:
        text = io.TextIOWrapper(binary, encoding, errors="replace") if encoding else text_of(binary)
        kept = _checked_head(text.read(HEAD), member.name)
        while piece := text.read(CHUNK):
            # A reference such as &#11; may be cut in two by the end of a piece.
            cut = kept.rfind("&", max(0, len(kept) - _LONGEST_REFERENCE))
            cut = len(kept) if cut < 0 else cut
            yield _legal(kept[:cut])
            kept = kept[cut:] + piece
        yield _legal(kept)


def _encoding(member: Member) -> str | None:
    """An encoding other than UTF-8 and UTF-16 with its mark: the declared one, if the bytes are not UTF-8 anyway."""
    with member.open() as binary:
        head = binary.read(1024)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    if head[:4] in (b"<\x00?\x00", b"\x00<\x00?"):
        return "utf-16-le" if head[0] else "utf-16-be"
    declared = _DECLARED.search(head.decode("latin-1"))
    if declared is None:
        return None
    try:
        name = codecs.lookup(declared.group(1)).name
        b"<".decode(name, "replace")  # some codecs are no encodings of text, or cannot pass over bad bytes
    except (LookupError, UnicodeError):
        return None
    # Windows-1252 is what documents that say Latin-1 hold; what claims UTF-8 and is not is read as that too.
    if name.startswith("utf") or name in ("iso8859-1", "ascii") or is_utf8(member):
        return None
    return name


def _checked_head(head: str, name: str) -> str:
    rest = PROLOG.sub("", head, count=1)
    if rest[:9].upper() == "<!DOCTYPE":
        raise SourceError(f"{name}: declares a document type or entities: refused; remove the declaration")
    if not re.match(r"<[\w:]", rest):
        raise SourceError(f"{name}: no element within the first {HEAD} characters: is it XML?")
    return re.sub(r"^[\ufeff\s]*(?:<\?xml[^>]*\?>)?", "", head, count=1)


def _legal(text: str) -> bytes:
    if "&" in text:
        text = _REFERENCE.sub(_allowed, text)
    return _ILLEGAL.sub("", text).encode("utf-8", "ignore")


def _allowed(match: re.Match[str]) -> str:
    """A reference that XML allows as it is, a name of HTML as its character, and nothing for a forbidden character."""
    if match.group("name"):
        name = match.group("name")
        return match.group() if name in _XML_NAMES else html5.get(f"{name};", match.group())
    number = int(match.group("decimal") or 0) or int(match.group("hex") or "0", 16)
    return match.group() if number <= 0x10FFFF and not _ILLEGAL.match(chr(number)) else ""


def _name(element: Any) -> str:
    return etree.QName(element).localname if element is not None and isinstance(element.tag, str) else ""


def _child(element: Any, path: str) -> Any:
    for name in path.split("/"):
        element = next((child for child in element if _name(child) == name), None) if element is not None else None
    return element


def _content(element: Any) -> str | None:
    text = "".join(element.itertext()).strip() if element is not None else ""
    return text or None


def _text(profile: Any, path: str) -> str | None:
    return _content(_child(profile, path))


def _all(profile: Any, path: str) -> list[str]:
    outer, _, last = path.rpartition("/")
    parent = _child(profile, outer)
    children = [child for child in parent if _name(child) == last] if parent is not None else []
    return [text for child in children if (text := _content(child)) is not None]


def _keys(profile: Any, path: str, part: str = "key") -> list[str]:
    outer, _, last = path.rpartition("/")
    parent = _child(profile, outer)
    children = [child for child in parent if _name(child) == last] if parent is not None else []
    other = {"key": "label", "label": "key"}[part]
    found = [_text(child, part) or _text(child, other) or _leaf(child) for child in children]
    return [text for text in found if text]


def _leaf(element: Any) -> str | None:
    return None if len(element) else _content(element)


def _values(profile: Any) -> dict[str, Any]:
    values: dict[str, Any] = {name: _text(profile, path) for name, path in _PATHS.items()}
    values["country"] = values["country"] or _text(profile, "company/country/label")
    role = [_text(profile, "cooperation/partner/sought"), _text(profile, "cooperation/partner/task")]
    values["partner_role"] = "\n\n".join(text for text in role if text) or None
    comment = _text(profile, "cooperation/stagedev/comment")
    if comment:
        values["advantages"] = "\n\n".join(text for text in (values["advantages"], comment) if text)
    values["partnership_types"] = _all(profile, "cooperation/exploitation/list")
    values["technology_keywords"] = _keys(profile, "keyword/technologies/technology")
    values["market_keywords"] = _keys(profile, "keyword/markets/market")
    values["keywords"] = _keys(profile, "keyword/naces/nace", "label")
    values |= {"source": "een", "state": "published", "language": "en"}
    return values
