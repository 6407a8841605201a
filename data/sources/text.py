"""Normalisation of text as it arrives: mojibake, HTML, control characters, white space, doubled quotes."""

from __future__ import annotations

import html
import re
import unicodedata

import ftfy

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# Only known names are tags: "pH <7 and b>5" or "SME <=10" is text.
_BLOCK = "p|div|br|hr|tr|table|thead|tbody|tfoot|ul|ol|dl|dt|dd|h[1-6]|blockquote|pre|section|article|header|footer"
_INLINE = (
    "a|abbr|b|big|body|center|code|col|colgroup|em|font|form|head|html|i|iframe|img|input|ins|del|label|link|meta|"
    "o:p|object|s|small|span|strike|strong|sub|sup|svg|td|th|title|tt|u|video|audio|mark|q|cite|nobr"
)
_DROPPED = re.compile(r"<(script|style)\b[^>]*>.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.I | re.S)
_ITEM = re.compile(r"<li\b[^<>]*>", re.I)
_BREAK = re.compile(rf"</?(?:{_BLOCK}|li)(?:\s[^<>]*)?/?>", re.I)
_TAG = re.compile(rf"</?(?:{_INLINE})(?:\s[^<>]*)?/?>", re.I)
_ANY_TAG = re.compile(rf"</?(?:{_BLOCK}|{_INLINE}|li|script|style)(?:\s[^<>]*)?/?>|<!--", re.I)

_BULLETS = re.compile("[\uf0a7\uf0b7\uf0d8\uf0fc\uf076\uf0e0]")  # Wingdings and Symbol bullets of office programs
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069"
    "\ufeff\ufff9-\ufffb\ue000-\uf8ff\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
_LINE_END = re.compile("\r\n?|[\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[^\S\n]+")
_AROUND_BREAK = re.compile(r" ?\n ?")
_BLANK_LINES = re.compile(r"\n{3,}")


def clean_text(value: str) -> str:
    """Readable plain text: no HTML, no mojibake, no invisible characters; line breaks kept, at most one blank line."""
    if not value.isascii():
        value = unicodedata.normalize("NFC", _without_mojibake(value))
    value = _without_html(value)
    value = _LINE_END.sub("\n", value)
    value = _BULLETS.sub("• ", value)
    value = _INVISIBLE.sub("", value)
    value = _SPACES.sub(" ", value)
    value = _AROUND_BREAK.sub("\n", value)
    return _BLANK_LINES.sub("\n\n", value).strip()


def clean_line(value: str) -> str:
    """As `clean_text`, in one line."""
    return " ".join(clean_text(value).split())


def clean_name(value: str) -> str:
    """As `clean_line`, with the doubled quotes of a CSV cell undone: X ""Y"" in quotes is X "Y"."""
    name = clean_line(value)
    if '""' in name:
        if name.startswith('"') and name.endswith('"') and len(name) > 2:
            name = name[1:-1]
        name = name.replace('""', '"')
    return name.strip()


def _without_mojibake(value: str) -> str:
    # Lone surrogates (half an escaped pair in JSON) would make ftfy and every database fail.
    return ftfy.fix_encoding(value.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _without_html(value: str) -> str:
    for _ in range(3):  # text escaped twice is as common as text escaped once
        before = value
        if "<" in value and _ANY_TAG.search(value):
            value = _DROPPED.sub(" ", value)
            value = _ITEM.sub("\n- ", value)
            value = _BREAK.sub("\n", value)
            value = _TAG.sub("", value)
        if "&" in value and _ENTITY.search(value):
            value = _ENTITY.sub(lambda match: html.unescape(match.group()), value)
        if value == before:
            break
    return value
