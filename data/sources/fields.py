"""Field types of the records: each turns what files hold into one normal form, or says what is wrong with it.

A validation context (`Reading`) makes a difference only where the networks' own data are known to be loose.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo

from data.sources.countries import country_code
from data.sources.report import Notices
from data.sources.text import clean_line, clean_name, clean_text

MAX_TEXT = 200_000
MAX_LIST = 500
LIST_SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Reading:
    """How rows are read. `lenient`: a value outside a closed vocabulary is noted, not a reason to reject the row."""

    notices: Notices = field(default_factory=Notices)
    lenient: bool = False


def reading(info: ValidationInfo) -> Reading:
    """The reading of a validation, strict where none was given."""
    return info.context if isinstance(info.context, Reading) else Reading()


def scalar(value: object) -> str | None:
    """A cell's text, None for an absent one. Raises ValueError for lists and objects."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"expected a text, found {type(value).__name__}")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is no number: leave an absent value out, or write null")
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if len(text) > MAX_TEXT:
        raise ValueError(f"{len(text)} characters, at most {MAX_TEXT} are read")
    return text if text.strip() else None


def _text(value: object) -> str | None:
    text = scalar(value)
    return (clean_text(text) or None) if text else None


def line(limit: int, *, clean: Callable[[str], str] = clean_line) -> BeforeValidator:
    """A text of one line; what exceeds `limit` characters is cut, and noted."""

    def convert(value: object, info: ValidationInfo) -> str | None:
        text = scalar(value)
        cleaned = clean(text) if text else ""
        if len(cleaned) > limit:
            reading(info).notices.add(str(info.field_name), None, f"longer than {limit} characters, cut")
            cleaned = cleaned[: limit - 1].rstrip() + "…"
        return cleaned or None

    return BeforeValidator(convert)


def identifier(limit: int) -> BeforeValidator:
    """A reference or id: never cut, a longer one is an error."""

    def convert(value: object) -> str | None:
        text = scalar(value)
        cleaned = clean_line(text) if text else ""
        if len(cleaned) > limit:
            raise ValueError(f"{len(cleaned)} characters, at most {limit} are allowed")
        return cleaned or None

    return BeforeValidator(convert)


def _country(value: object, info: ValidationInfo) -> str | None:
    text = scalar(value)
    if text is None:
        return None
    try:
        return country_code(text)
    except ValueError:
        if not reading(info).lenient:
            raise
        reading(info).notices.add(str(info.field_name), text, "is no country, left out")
        return None


_LANGUAGES = {"italiano": "it", "italian": "it", "inglese": "en", "english": "en"}


def _language(value: object) -> str | None:
    text = scalar(value)
    if text is None:
        return None
    cleaned = text.strip().casefold()
    code = _LANGUAGES.get(cleaned, cleaned.split("-")[0].split("_")[0])
    if not re.fullmatch("[a-z]{2}", code):
        raise ValueError(f"{value!r} is no language: write a code of two letters, such as it or en")
    return code


def as_list(value: object, separators: str = LIST_SEPARATOR) -> list[str]:
    """A list of texts: lists as they are, one element alone, or a text with `separators`; empty ones left out."""
    if value is None:
        return []
    if isinstance(value, list | tuple):
        if len(value) > MAX_LIST:
            raise ValueError(f"{len(value)} entries, at most {MAX_LIST} are read")
        texts = [scalar(item) for item in value]
    else:
        text = scalar(value)
        texts = list(re.split(f"[{re.escape(separators)}]", text)) if text else []
    return list(dict.fromkeys(cleaned for text in texts if text and (cleaned := clean_line(text))))


def terms(limit: int, separators: str = LIST_SEPARATOR) -> BeforeValidator:
    """A list of free terms or codes, each of at most `limit` characters (longer ones are cut, and noted)."""

    def convert(value: object, info: ValidationInfo) -> list[str]:
        found = as_list(value, separators)
        if any(len(term) > limit for term in found):
            reading(info).notices.add(str(info.field_name), None, f"term longer than {limit} characters, cut")
        return list(dict.fromkeys(term if len(term) <= limit else term[: limit - 1] + "…" for term in found))

    return BeforeValidator(convert)


def _countries(value: object, info: ValidationInfo) -> list[str]:
    codes = (_country(text, info) for text in as_list(value, "|,;"))
    return list(dict.fromkeys(code for code in codes if code))


def _fold(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text).strip().casefold()


def _known(allowed: type[StrEnum], aliases: Mapping[str, StrEnum] | None) -> dict[str, StrEnum]:
    named = {_fold(name): item for name, item in (aliases or {}).items()}
    return named | {_fold(item.value): item for item in allowed}


def choice(
    allowed: type[StrEnum], aliases: Mapping[str, StrEnum] | None = None, *, required: bool = False
) -> BeforeValidator:
    """One value of a closed vocabulary, any case, or an alias (case-folded) of one; `required`: never lenient."""
    known = _known(allowed, aliases)

    def convert(value: object, info: ValidationInfo) -> str | None:
        text = scalar(value)
        if text is None:
            return None
        found = known.get(_fold(clean_line(text)))
        if found is not None:
            return found.value
        if required or not reading(info).lenient:
            raise ValueError(f"{text!r} is none of: {'; '.join(item.value for item in allowed)}")
        reading(info).notices.add(str(info.field_name), text, "is not in the vocabulary, left out")
        return None

    return BeforeValidator(convert)


def choices(allowed: type[StrEnum], aliases: Mapping[str, StrEnum] | None = None) -> BeforeValidator:
    """Several values of a closed vocabulary; in lenient readings others are kept as they are, and noted."""
    known = _known(allowed, aliases)

    def convert(value: object, info: ValidationInfo) -> list[str]:
        found: list[str] = []
        for text in as_list(value):
            item = known.get(_fold(text))
            if item is None and not reading(info).lenient:
                raise ValueError(f"{text!r} is none of: {'; '.join(item.value for item in allowed)}")
            if item is None:
                reading(info).notices.add(str(info.field_name), text, "is not in the vocabulary, kept as it is")
            found.append(item.value if item is not None else text[:100])
        return list(dict.fromkeys(found))

    return BeforeValidator(convert)


_DATE_FORMATS = ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y%m%d")


def _date(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = (scalar(value) or "").strip()
    if not text:
        return None
    found = _iso_date(text)
    for pattern in _DATE_FORMATS:
        if found is None:
            found = _parsed(text, pattern)
    if found is None or not 1900 <= found.year <= 2200:
        raise ValueError(f"{value!r} is no date: write yyyy-mm-dd or dd/mm/yyyy")
    return found


def _iso_date(text: str) -> date | None:
    try:
        # XML dates may carry a time zone: 2026-01-31Z, 2026-01-31+01:00.
        return date.fromisoformat(text[:10]) if re.match(r"\d{4}-\d\d-\d\d(?:$|[T Z]|[+-]\d\d:\d\d$)", text) else None
    except ValueError:
        return None


def _parsed(text: str, pattern: str) -> date | None:
    try:
        return datetime.strptime(text.split(" ", maxsplit=1)[0], pattern).replace(tzinfo=UTC).date()
    except ValueError:
        return None


def moment(value: object) -> datetime | None:
    """The moment that `value` writes (UTC where it names no zone); None for no text. Raises ValueError."""
    text = (scalar(value) or "").strip()
    if not text:
        return None
    # Some services write seven decimals, more than a moment holds.
    text = re.sub(r"(\.\d{6})\d+", r"\1", text)
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{value!r} is no date and time: write yyyy-mm-ddThh:mm:ssZ") from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


_YES = {"true", "1", "yes", "y", "si", "sì", "vero", "x"}
_NO = {"false", "0", "no", "n", "falso"}


def _boolean(value: object) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    text = (scalar(value) or "").strip().casefold()
    if text and text not in _YES | _NO:
        raise ValueError(f"{value!r} is neither yes nor no: write yes or no")
    return text in _YES if text else None


def _whole(value: object) -> int | None:
    text = (scalar(value) or "").strip()
    if not text:
        return None
    if re.fullmatch(r"\d{1,3}(?:[. ]\d{3})+", text):  # thousands as spreadsheets in Italian write them
        return int(re.sub("[. ]", "", text))
    if not re.fullmatch(r"[+-]?\d{1,9}(?:[.,]0{1,2})?", text):
        raise ValueError(f"{value!r} is no whole number")
    return int(re.split("[.,]", text)[0])


Text = Annotated[str | None, BeforeValidator(_text)]
Country = Annotated[str | None, BeforeValidator(_country)]
Countries = Annotated[list[str], BeforeValidator(_countries)]
Language = Annotated[str | None, BeforeValidator(_language)]
Day = Annotated[date | None, BeforeValidator(_date)]
Moment = Annotated[datetime | None, BeforeValidator(moment)]
Boolean = Annotated[bool | None, BeforeValidator(_boolean)]
Whole = Annotated[int | None, BeforeValidator(_whole)]
Url = Annotated[str | None, line(1000)]
Name = Annotated[str, line(500, clean=clean_name)]
