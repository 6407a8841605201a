"""Client of the EEN partner web service (`GET /v1/profiles`): paging, patience, and a key that is never shown."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import httpx

from data.errors import SourceError
from data.sources.een_api import records_of

NAME = "EEN web service"
_RETRIED = {408, 425, 429, 500, 502, 503, 504}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the client waits and how often it tries again. Times in seconds, sizes in bytes."""

    page_size: int = 200
    timeout: float = 30.0
    tries: int = 6
    first_wait: float = 1.0
    longest_wait: float = 300.0
    largest_page: int = 64 * 2**20
    most_pages: int = 10_000


class _Retry(Exception):
    """The answer may be better next time; `wait` is what the service asks for."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class EenClient:
    """Reads profiles page by page. Use as a context manager."""

    def __init__(
        self,
        base_url: str,
        key: str,
        patience: Patience | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        url = httpx.URL(base_url.rstrip("/") + "/profiles")
        if url.scheme != "https" and url.host not in _LOOPBACK:
            raise SourceError(f"ABBINA_EEN_URL={base_url}: must start with https://: the key could be read on its way")
        self._url = url
        self._patience = patience or Patience()
        self._sleep = sleep
        self._jitter = jitter
        self._client = httpx.Client(
            headers={"X-API-KEY": key, "Accept": "application/json"},
            timeout=self._patience.timeout,
            follow_redirects=False,  # a redirect would carry the key elsewhere
        )
        self.server_time: datetime | None = None
        """When the service says that the latest reading of `pages` began."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def pages(self, since: datetime | None) -> Iterator[list[Any]]:
        """Pages of records modified since a moment, oldest change first. Raises SourceError when the service gives up.

        `hasNext` is a hint only: a full page is always followed by another request, an empty one ends the reading, and
        a page that repeats an earlier one ends it too, with an error if more was promised.
        """
        seen: set[bytes] = set()
        self.server_time = None
        for number in range(1, self._patience.most_pages + 1):
            document = self._page(number, since)
            records = records_of(document, f"{NAME}, page {number}")
            if not records:
                return
            more = document.get("hasNext") is True if isinstance(document, Mapping) else False
            names = {fingerprint(record) for record in records}
            if names <= seen:
                if more:
                    raise SourceError(
                        f"{NAME}: page {number} repeats an earlier one and promises more: try again later"
                    )
                return
            seen |= names
            yield records
            if not more and len(records) < self._patience.page_size:
                return
        raise SourceError(f"{NAME}: more than {self._patience.most_pages} pages: something is wrong with the paging")

    def _page(self, number: int, since: datetime | None) -> Any:
        parameters: dict[str, str | int] = {
            "PageIndex": number,
            "PageSize": self._patience.page_size,
            "ComparisonDate": "LastModified",
            "SortOrder": "ASC",
        }
        if since is not None:
            parameters["FromDate"] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        reason = ""
        for attempt in range(self._patience.tries):
            try:
                return self._ask(parameters)
            except _Retry as again:
                reason = str(again)
                if attempt + 1 < self._patience.tries:
                    self._sleep(self._wait(attempt, again.wait, reason))
        raise SourceError(f"{NAME}: page {number}: {reason}, also after {self._patience.tries} tries: try again later")

    def _wait(self, attempt: int, asked: float | None, reason: str) -> float:
        if asked is not None and asked > self._patience.longest_wait:
            raise SourceError(f"{NAME}: {reason}, asks to wait {asked:.0f} seconds: try again later")
        # Between half and all of the wait, by chance: many clients must not come back at the same moment.
        backoff = self._patience.first_wait * 2.0**attempt * (0.5 + self._jitter() / 2)
        return min(max(backoff, asked or 0.0), self._patience.longest_wait)

    def _ask(self, parameters: Mapping[str, str | int]) -> Any:
        try:
            with self._client.stream("GET", self._url, params=dict(parameters)) as response:
                self._check(response)
                body = self._body(response)
        except httpx.TimeoutException as error:
            raise _Retry(f"no answer within {self._patience.timeout:g} seconds") from error
        except httpx.TransportError as error:
            raise _Retry(f"cannot be reached ({type(error).__name__})") from error
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise _Retry("answers with something that is no JSON") from error

    def _check(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in (401, 403):
            raise SourceError(f"{NAME}: refuses the key (HTTP {status}): check the file that ABBINA_EEN_KEY_FILE names")
        if status in _RETRIED:
            raise _Retry(f"answers with HTTP {status}", _retry_after(response))
        if status != httpx.codes.OK:
            raise SourceError(f"{NAME}: answers with HTTP {status}: check ABBINA_EEN_URL ({self._url})")
        if self.server_time is None:
            self.server_time = _moment(response.headers.get("Date"))

    def _body(self, response: httpx.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > self._patience.largest_page:
                raise SourceError(f"{NAME}: a page is larger than {self._patience.largest_page} bytes: refused")
            parts.append(chunk)
        return b"".join(parts)


def fingerprint(record: Any) -> bytes:
    """What tells that two answers hold the same record with the same content."""
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).digest()


def _retry_after(response: httpx.Response) -> float | None:
    value = response.headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    moment = _moment(value)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds()) if moment else None


def _moment(value: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(value) if value else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found
