import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from data.errors import SourceError
from data.models import Proposal, SourceCursor
from data.sources.een_client import EenClient, Patience
from data.sources.een_sync import last_success, synchronise
from tests.data.sources.service import KEY, Answer, Service, een_service

Sessions = sessionmaker[Session]


def profile(number: int, **values: Any) -> dict[str, Any]:
    record = {
        "reference": f"TOFR20260101{number:03d}",
        "profileType": "TO",
        "title": f"Offer {number}",
        "shortSummary": "Short",
        "description": "Long",
        "partnerOrganisationCountry": "FR",
        "profileStatus": {"name": "PUBLISHED"},
        "lastModified": "2026-01-01T00:00:00Z",
    }
    return record | values


@pytest.fixture
def service() -> Iterator[Service]:
    with een_service() as running:
        running.profiles = [profile(number) for number in range(1, 26)]
        yield running


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def client(service: Service, waits: list[float]) -> Iterator[EenClient]:
    with client_of(service, waits) as opened:
        yield opened


def client_of(service: Service, waits: list[float], key: str = KEY, **patience: Any) -> EenClient:
    options = {"page_size": 10, "timeout": 5.0, "tries": 4, **patience}
    return EenClient(service.url, key, Patience(**options), sleep=waits.append, jitter=lambda: 1.0)


def references(client: EenClient) -> list[str]:
    return [record["reference"] for page in client.pages(None) for record in page]


def stored(sessions: Sessions) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(Proposal)) or 0


def test_all_pages_are_read_in_order_with_the_documented_parameters(client: EenClient, service: Service) -> None:
    assert references(client) == [record["reference"] for record in service.profiles]
    assert service.requests[0] == {
        "PageIndex": "1",
        "PageSize": "10",
        "ComparisonDate": "LastModified",
        "SortOrder": "ASC",
    }
    assert [query["PageIndex"] for query in service.requests] == ["1", "2", "3"]


def test_since_is_sent_in_utc(client: EenClient, service: Service) -> None:
    moment = datetime(2026, 3, 1, 12, 0, tzinfo=UTC) + timedelta(0)
    list(client.pages(moment))
    assert service.requests[0]["FromDate"] == "2026-03-01T12:00:00Z"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_passing_faults_are_tried_again_with_growing_waits(
    client: EenClient, service: Service, waits: list[float], status: int
) -> None:
    service.faults = [Answer(status), Answer(status), Answer(status)]
    assert len(references(client)) == 25
    assert waits == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    "value", ["7", format_datetime(datetime.now(UTC) + timedelta(seconds=9), usegmt=True)], ids=["seconds", "date"]
)
def test_a_wait_that_the_service_asks_for_is_kept(
    client: EenClient, service: Service, waits: list[float], value: str
) -> None:
    service.faults = [Answer(429, {"Retry-After": value})]
    assert len(references(client)) == 25
    assert len(waits) == 1
    assert waits[0] == 7.0 or 1.0 <= waits[0] <= 9.0


def test_a_wait_beyond_reason_ends_the_reading(client: EenClient, service: Service, waits: list[float]) -> None:
    service.faults = [Answer(503, {"Retry-After": "86400"})]
    with pytest.raises(SourceError, match="asks to wait 86400 seconds"):
        references(client)
    assert waits == []


def test_lasting_faults_end_the_reading(client: EenClient, service: Service, waits: list[float]) -> None:
    service.faults = [Answer(500)] * 9
    with pytest.raises(SourceError, match="page 1: answers with HTTP 500, also after 4 tries"):
        references(client)
    assert len(waits) == 3


def test_a_slow_answer_is_tried_again(service: Service, waits: list[float]) -> None:
    service.faults = [Answer(delay=0.5)]
    with client_of(service, waits, timeout=0.1) as client:
        assert len(references(client)) == 25
    assert len(waits) == 1


def test_half_an_answer_is_tried_again(client: EenClient, service: Service, waits: list[float]) -> None:
    service.faults = [Answer(body=b'{"profiles": [')]
    assert len(references(client)) == 25
    assert len(waits) == 1


def test_a_service_that_is_not_there_is_an_error(waits: list[float]) -> None:
    client = EenClient("http://127.0.0.1:9/v1", KEY, Patience(tries=2), sleep=waits.append)
    with client, pytest.raises(SourceError, match="cannot be reached"):
        list(client.pages(None))


@pytest.mark.parametrize("says", [True, False, None, "yes"])
def test_has_next_is_not_believed(service: Service, waits: list[float], says: Any) -> None:
    service.has_next = lambda page, more: says
    with client_of(service, waits) as client:
        assert len(references(client)) == 25


def test_a_last_page_that_is_full_is_followed_by_an_empty_one(service: Service, waits: list[float]) -> None:
    service.profiles = service.profiles[:20]
    service.has_next = lambda page, more: False
    with client_of(service, waits) as client:
        assert len(references(client)) == 20


def test_the_same_page_for_ever_is_an_error(client: EenClient, service: Service) -> None:
    service.ignores_page = True
    service.has_next = lambda page, more: True
    with pytest.raises(SourceError, match="repeats an earlier one"):
        references(client)


def test_a_wrong_key_is_an_error_that_does_not_show_it(
    service: Service, waits: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with client_of(service, waits, key="wrong-secret") as client, pytest.raises(SourceError, match="key") as error:
        references(client)
    assert waits == []
    assert "wrong-secret" not in f"{error.value!r} {client!r} {vars(client)!r} {caplog.text}"


def test_the_key_is_never_logged(client: EenClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    references(client)
    assert caplog.text
    assert KEY not in caplog.text


def test_a_redirect_is_not_followed(client: EenClient, service: Service) -> None:
    service.faults = [Answer(302, {"Location": "http://127.0.0.1:9/elsewhere"})]
    with pytest.raises(SourceError, match="HTTP 302"):
        references(client)


def test_a_page_of_endless_size_is_refused(service: Service, waits: list[float]) -> None:
    with client_of(service, waits, largest_page=500) as client, pytest.raises(SourceError, match="larger than 500"):
        references(client)


def test_the_key_is_not_sent_unencrypted_over_a_network() -> None:
    with pytest.raises(SourceError, match="https"):
        EenClient("http://een.example.org/v1", KEY)


def test_a_synchronisation_stores_and_remembers_its_moment(
    sessions: Sessions, client: EenClient, service: Service
) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    report = synchronise(sessions, client)
    assert (report.read, report.added, report.rejected) == (25, 25, ())
    moment = last_success(sessions)
    assert moment is not None
    assert before <= moment <= datetime.now(UTC)
    service.profiles = [profile(3, title="Changed", lastModified="2026-02-01T00:00:00Z"), profile(4)]
    service.profiles += [{"reference": "TOFR20260101005", "title": None, "profileStatus": {"name": "EXPIRED"}}]
    again = synchronise(sessions, client)
    assert (again.updated, again.unchanged, again.closed) == (1, 1, 1)
    assert service.requests[-1]["FromDate"] == moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_synchronisation_that_breaks_off_is_read_again_from_the_same_moment(
    sessions: Sessions, client: EenClient, service: Service
) -> None:
    def break_off(page: int, more: bool) -> bool:
        service.faults = [Answer(500)] * 4
        return more

    service.has_next = break_off
    report = synchronise(sessions, client)
    assert (report.added, len(report.rejected)) == (10, 1)
    assert report.rejected[0].position == "page 2"
    assert last_success(sessions) is None
    service.has_next = lambda page, more: more
    assert synchronise(sessions, client).added == 15
    assert stored(sessions) == 25
    assert last_success(sessions) is not None


def test_a_dry_synchronisation_writes_nothing(sessions: Sessions, client: EenClient) -> None:
    report = synchronise(sessions, client, dry_run=True)
    assert (report.added, report.dry_run) == (25, True)
    assert stored(sessions) == 0
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(SourceCursor)) == 0


class _Moving:
    """Changes the first profile, which moves to the end, after each of the first `times` readings of page 1."""

    def __init__(self, service: Service, times: int) -> None:
        self._service, self._left = service, times

    def __call__(self, page: int, more: bool) -> bool:
        if page == 1 and self._left:
            self._left -= 1
            changed = self._service.profiles.pop(0)
            self._service.profiles.append(changed | {"lastModified": datetime.now(UTC).isoformat()})
        return more


def test_a_record_that_slips_to_a_page_already_read_is_found_in_a_second_reading(
    sessions: Sessions, client: EenClient, service: Service
) -> None:
    service.has_next = _Moving(service, 1)
    report = synchronise(sessions, client)
    assert stored(sessions) == 25
    assert (report.added, report.unchanged, report.read) == (25, 1, 26)
    assert [query["PageIndex"] for query in service.requests] == ["1", "2", "3"] * 2
    assert last_success(sessions) is not None


def test_where_records_never_stop_moving_the_moment_of_success_stays(
    sessions: Sessions, client: EenClient, service: Service
) -> None:
    service.has_next = _Moving(service, 99)
    report = synchronise(sessions, client)
    assert len(service.requests) == 9
    assert last_success(sessions) is None
    assert "the next run starts from the same moment" in str(report.warnings[0])
    service.has_next = lambda page, more: more
    assert synchronise(sessions, client).rejected == ()
    assert stored(sessions) == 25
    assert last_success(sessions) is not None


def test_a_record_dated_in_the_future_costs_one_more_reading_only(
    sessions: Sessions, client: EenClient, service: Service
) -> None:
    service.profiles[4]["lastModified"] = "2999-01-01T00:00:00Z"
    synchronise(sessions, client)
    assert len(service.requests) == 6
    assert last_success(sessions) is not None
