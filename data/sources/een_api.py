"""JSON of the EEN partner web service: pages or single records -> rows with our own keys."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from data.errors import SourceError
from data.models.vocabulary import ProposalState
from data.sources.fields import as_list
from data.sources.inputs import Member, text_of
from data.sources.report import Rejected
from data.sources.rows import Closure, Item, Items, RawRow
from data.sources.vocabulary import STATES

MAX_JSON = 256 * 2**20
"""Most characters of a file: a page of 200 profiles has about two million."""

LIST_KEYS = ("profiles", "items", "data", "results", "content", "value", "records")
_TEXTS = {
    "title": "title",
    "summary": "shortSummary",
    "description": "description",
    "advantages": "advantagesAndInnovation",
    "expertise_sought": "technicalSpecificationOrExpertiseSought",
    "partner_role": "expectedRoleOfThePartner",
    "stage": "stageOfDevelopment",
    "ipr": "iprStatus",
    "ipr_notes": "iprNotes",
    "country": "partnerOrganisationCountry",
    "open_for_eoi": "openForEOI",
    "public_url": "publicURL",
    "published": "publicationDate",
    "expires": "expirationDate",
    "last_modified": "lastModified",
}
_LISTS = {
    "partnership_types": "typesOfPartnership",
    "partner_types": "typesAndSizes",
    "technology_keywords": "technologyKeywords",
    "market_keywords": "marketKeywords",
    "sdg": "sdgKeywords",
    "keywords": "sectorGroupsInvolved",
    "target_countries": "targetedCountries",
}
_CALL = {
    "programme": "frameworkProgram",
    "title": "callTitleAndIdentifier",
    "scheme": "submissionAndEvaluationScheme",
    "coordinator_required": "coordinatorRequired",
    "eoi_deadline": "deadlineForEoI",
    "deadline": "deadlineOfTheCall",
    "weeks": "projectDurationInWeeks",
    "budget": "anticipatedProjectBudget",
    "acronym": "projectTitleAndAcronym",
    "url": "webLinkToTheCall",
}
_CODED = {"technology_keywords", "market_keywords", "country", "target_countries"}
_ABSENT = {"", "n/a", "null", "none"}


def read_api_json(member: Member, file: str) -> Items:
    """The rows of a file of pages, lists or single records, one document after another.

    Raises SourceError on a file that is no JSON: half a page is not a page.
    """
    with member.open() as binary, text_of(binary) as text:
        content = text.read(MAX_JSON + 1)
    if len(content) > MAX_JSON:
        raise SourceError(f"{member.name}: more than {MAX_JSON} characters of JSON: save one page a file")
    number = 0
    for document in _documents(content, member.name):
        for record in records_of(document, member.name):
            number += 1
            yield api_item(record, f"profile {number}", file)


def _documents(content: str, name: str) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    space = re.compile(r"[\s\ufeff]*")
    position = _end(space, content, 0)
    while position < len(content):
        try:
            document, position = decoder.raw_decode(content, position)
        except (ValueError, RecursionError) as error:
            raise SourceError(f"{name}: is not valid JSON ({str(error) or 'nested too deeply'})") from error
        yield document
        position = _end(space, content, position)


def _end(pattern: re.Pattern[str], content: str, position: int) -> int:
    found = pattern.match(content, position)
    return found.end() if found else position


def records_of(document: Any, name: str) -> list[Any]:
    """The records of a page, a list, or a single record. Raises SourceError where there are none to be found."""
    if isinstance(document, list):
        return document
    if isinstance(document, Mapping):
        for key in LIST_KEYS:
            if key in document and "profileType" not in document:
                found = document[key]
                # One record comes alone, none as null.
                return found if isinstance(found, list) else [] if found is None else [found]
        if "reference" in document or "profileType" in document:
            return [document]
    raise SourceError(f"{name}: a page of the web service has a list under one of: {', '.join(LIST_KEYS)}")


def api_item(record: Any, position: str, file: str) -> Item:
    """One record of the service: a row, or for a LIMITED record the order to close a stored copy."""
    if not isinstance(record, Mapping):
        return Rejected(file, position, None, None, f"expected a JSON object, found {type(record).__name__}")
    reference = _plain(record.get("reference"))
    status = _status(record)
    if _limited(record, status):
        return Closure(position, reference, None if status == "published" else STATES.get(status, _state(status)))
    try:
        return RawRow(position, _values(record, reference, status))
    except ValueError as error:
        return Rejected(file, position, reference, None, str(error))


def _values(record: Mapping[str, Any], reference: str | None, status: str) -> dict[str, Any]:
    values: dict[str, Any] = {"reference": reference, "kind": _kind(record), "source": "een", "language": "en"}
    values |= {name: _plain(record.get(key), coded=name in _CODED) for name, key in _TEXTS.items()}
    values |= {name: _many(record.get(key), coded=name in _CODED) for name, key in _LISTS.items()}
    values["state"] = status or None
    call = {name: _plain(record.get(key)) for name, key in _CALL.items()}
    call["deadline"], call["eoi_deadline"] = _day(call["deadline"]), _day(call["eoi_deadline"])
    weeks = re.search(r"\d+", str(call["weeks"] or ""))
    call["weeks"] = weeks.group() if weeks else None
    values["call"] = call if any(value is not None for value in call.values()) else None
    return values


def _limited(record: Mapping[str, Any], status: str) -> bool:
    title, summary, description = (_plain(record.get(key)) for key in ("title", "shortSummary", "description"))
    return summary is None and description is None and (title is None or status not in ("", "published"))


def _kind(record: Mapping[str, Any]) -> str | None:
    return _plain(record.get("profileType"), coded=True)


def _status(record: Mapping[str, Any]) -> str:
    return (_plain(record.get("profileStatus")) or "").replace("_", " ").casefold()


def _state(status: str) -> ProposalState:
    named = {state.value: state for state in ProposalState}
    return named.get(status, ProposalState.WITHDRAWN)


def _plain(value: Any, *, coded: bool = False) -> str | None:
    """A text, a named object's name (its code where that is meant), a list of one; None for what is not there."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping):
        order = ("code", "key", "id", "name", "label") if coded else ("name", "label", "value", "title", "code", "key")
        value = next((value[key] for key in order if value.get(key) not in (None, "")), None)
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | Mapping):
        raise ValueError(f"expected a text, found {json.dumps(value)[:80]}")
    text = str(value)
    return None if text.strip().casefold() in _ABSENT else text


def _many(value: Any, *, coded: bool) -> list[str]:
    items = value if isinstance(value, list) else [value]
    texts = [text for item in items if (text := _plain(item, coded=coded)) is not None]
    return as_list(texts[0]) if len(texts) == 1 else texts


def _day(text: str | None) -> str | None:
    # Deadlines are free text in some profiles ("to be announced"): only dates are kept as dates.
    found = re.match(r"\d{4}-\d\d-\d\d|\d\d/\d\d/\d{4}", text.strip()) if text else None
    return found.group() if found else None
