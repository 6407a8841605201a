"""Files into real databases: what is stored, what changes, what is reported."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session, sessionmaker

from data.models import Concept, Evidence, ExternalId, Organisation, OrganisationCompetence, Proposal, ProposalCode
from data.models.vocabulary import Origin, Tree
from data.sources.files import import_file
from data.sources.mapping import proposal_row
from data.sources.organisation_store import IMPORTED_BY
from data.sources.report import ImportReport
from tests.data.sources.factories import jsonl, organisation, pod, pod_profile, proposal

Sessions = sessionmaker[Session]
Rows = Iterable[Mapping[str, Any] | str]


@pytest.fixture
def take(sessions: Sessions, tmp_path: Path) -> Any:
    """Import rows as a JSONL file."""

    def imported(rows: Rows, **options: Any) -> ImportReport:
        return import_file(sessions, jsonl(tmp_path / "rows.jsonl", rows), **options)

    return imported


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    assert report.read == report.added + report.updated + report.unchanged + report.closed + len(report.rejected)
    return report.added, report.updated, report.unchanged, report.closed, len(report.rejected)


def stored(sessions: Sessions, reference: str) -> Proposal:
    with sessions() as session:
        return session.scalars(select(Proposal).where(Proposal.reference == reference)).one()


def number_of(sessions: Sessions, model: Any) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def concepts(sessions: Sessions) -> None:
    with sessions() as session, session.begin():
        for tree, code, label in (
            (Tree.EEN_TECHNOLOGY, "01001", "Electronics"),
            (Tree.SDG, "09", "Industry"),
            (Tree.S3_2014, "HEALTH", "Health"),
            (Tree.COMPETENCE, "turning", "turning"),
        ):
            concept = Concept(tree=tree.value, version="1", code=code, label_it=label, label_en=label)
            concept.synonyms_it = ["tornitura"] if code == "turning" else []
            session.add(concept)


def test_the_same_file_twice_changes_nothing(take: Any, sessions: Sessions) -> None:
    rows = [proposal(1), proposal(2), proposal(3)]
    assert counts(take(rows)) == (3, 0, 0, 0, 0)
    before = stored(sessions, "TRIT20260101001").updated_at
    assert counts(take(rows)) == (0, 0, 3, 0, 0)
    assert stored(sessions, "TRIT20260101001").updated_at == before


def test_a_changed_record_is_updated_and_others_are_not(take: Any, sessions: Sessions) -> None:
    take([proposal(1), proposal(2)])
    before = stored(sessions, "TRIT20260101002")
    assert counts(take([proposal(1), proposal(2, summary="Un altro testo.")])) == (0, 1, 1, 0, 0)
    after = stored(sessions, "TRIT20260101002")
    assert after.summary == "Un altro testo."
    assert after.updated_at > before.updated_at
    assert after.created_at == before.created_at


@pytest.mark.parametrize("state", ["withdrawn", "expired", "archived", "refused"])
def test_a_withdrawn_record_is_closed_once(take: Any, sessions: Sessions, state: str) -> None:
    take([proposal(1)])
    assert counts(take([proposal(1, state=state)])) == (0, 0, 0, 1, 0)
    assert stored(sessions, "TRIT20260101001").state == state
    assert counts(take([proposal(1, state=state)])) == (0, 0, 1, 0, 0)
    assert counts(take([proposal(1)])) == (0, 1, 0, 0, 0)


@pytest.mark.parametrize("ended", ["closed", "withdrawn"])
def test_what_a_person_ended_on_the_platform_no_file_opens_again(take: Any, sessions: Sessions, ended: str) -> None:
    row = proposal(1, reference="A-1")
    take([row])
    with sessions() as session, session.begin():
        session.scalars(select(Proposal)).one().state = ended
    report = take([row | {"title": "Altro titolo"}])
    assert counts(report) == (0, 1, 0, 0, 0)
    assert (stored(sessions, "A-1").title, stored(sessions, "A-1").state) == ("Altro titolo", ended)
    assert [notice.field for notice in report.warnings] == ["state"]
    assert counts(take([row | {"title": "Altro titolo"}])) == (0, 0, 1, 0, 0)


def test_a_published_record_past_its_last_day_is_stored_as_expired(take: Any, sessions: Sessions) -> None:
    take([proposal(1, expires="2020-01-01"), proposal(2, expires="2199-01-01")])
    assert stored(sessions, "TRIT20260101001").state == "expired"
    assert stored(sessions, "TRIT20260101002").expires == date(2199, 1, 1)
    assert stored(sessions, "TRIT20260101002").state == "published"


def test_bad_rows_are_reported_and_good_ones_stored(take: Any, sessions: Sessions) -> None:
    bad: list[Mapping[str, Any] | str] = [
        "{broken",
        proposal(11, kind="XX"),
        proposal(12, title=None),
        proposal(13, colour="red"),
        proposal(14, published="soon"),
    ]
    good = [proposal(number) for number in range(1, 8)]
    report = take([*good[:3], *bad, *good[3:]])
    assert counts(report) == (7, 0, 0, 0, 5)
    assert [row.position for row in report.rejected] == ["line 4", "line 5", "line 6", "line 7", "line 8"]
    assert [row.field for row in report.rejected] == [None, "kind", "title", "colour", "published"]
    assert report.rejected[1].reference == "TRIT20260101011"
    assert all(row.reason and row.file.endswith("rows.jsonl") for row in report.rejected)
    assert number_of(sessions, Proposal) == 7


def test_a_row_that_only_the_database_refuses_is_rejected_alone(
    take: Any, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_row(record: Any, position: str, *rest: Any) -> Any:
        row = proposal_row(record, position, *rest)
        if record.title == "worse":
            row.columns["kind"] = "XXX"
        return row

    monkeypatch.setattr("data.sources.proposal_store.proposal_row", broken_row)
    report = take([proposal(1), proposal(2, title="worse"), proposal(3)])
    assert counts(report) == (2, 0, 0, 0, 1)
    assert "database refused" in report.rejected[0].reason
    assert report.rejected[0].reference == "TRIT20260101002"
    assert number_of(sessions, Proposal) == 2


def test_a_dry_run_reports_the_same_and_writes_nothing(take: Any, sessions: Sessions) -> None:
    rows: list[Mapping[str, Any] | str] = [proposal(1), proposal(2), "{broken", proposal(1, title="Altro")]
    previewed = take(rows, dry_run=True)
    assert number_of(sessions, Proposal) == 0
    assert previewed.dry_run
    assert counts(take(rows)) == counts(previewed) == (2, 0, 0, 0, 2)


def test_the_same_reference_with_other_content_in_one_file_is_rejected(take: Any, sessions: Sessions) -> None:
    rows = [proposal(1), proposal(1), proposal(1, title="Altro titolo")]
    report = take(rows)
    assert counts(report) == (1, 0, 1, 0, 1)
    assert "line 2" in report.rejected[0].reason
    assert counts(take(rows)) == (0, 0, 2, 0, 1)


def test_a_row_refused_once_is_refused_again_in_the_same_file(take: Any) -> None:
    other = proposal(1, title="Altro titolo")
    report = take([proposal(1), other, other])
    assert counts(report) == (1, 0, 0, 0, 2)


def test_half_characters_and_zero_bytes_stop_no_row_but_their_own(take: Any, sessions: Sessions) -> None:
    """JSON may hold what no database takes: half of a surrogate pair, and the character 0."""
    rows = [
        r'{"reference": "A\u0000\ud800", "kind": "XX", "title": "Titolo"}',
        r'{"reference": "B", "kind": "TR", "title": "Titolo", "\udc00": 1}',
        proposal(1),
    ]
    report = take(rows)
    assert counts(report) == (1, 0, 0, 0, 2)
    for row in report.rejected:
        f"{row.reference} {row.field} {row}".encode()  # raises on what cannot be written
        assert "\x00" not in str(row)
    odd = r'{"id": "a", "name": "Officina", "kind": "company", "external_ids": {"pic": "1\u0000\ud800"}}'
    assert counts(take([odd, organisation(2)])) == (2, 0, 0, 0, 0)


def test_the_latest_version_in_a_file_wins_whatever_the_order(take: Any, sessions: Sessions) -> None:
    old = proposal(1, title="Vecchio", last_modified="2026-01-01T00:00:00Z")
    new = proposal(1, title="Nuovo", last_modified="2026-02-01T00:00:00Z")
    for rows in ([old, new], [new, old], [old, new]):
        take(rows)
        assert stored(sessions, "TRIT20260101001").title == "Nuovo"
    assert counts(take([old, new])) == (0, 0, 2, 0, 0)


@pytest.mark.usefixtures("concepts")
def test_codes_go_to_their_trees_and_unknown_ones_are_kept_and_reported(take: Any, sessions: Sessions) -> None:
    row = proposal(1, technology_keywords=[1001, "99999"], sdg=["9", "not relevant"], themes=["HEALTH", "Moda"])
    report = take([row])
    proposal_id = stored(sessions, "TRIT20260101001").id
    with sessions() as session:
        found = session.execute(
            select(ProposalCode.tree, ProposalCode.code).where(ProposalCode.proposal_id == proposal_id)
        ).all()
    assert {tuple(code) for code in found} == {
        ("een_technology", "01001"),
        ("een_technology", "99999"),
        ("sdg", "09"),
        ("s3_2014", "HEALTH"),
    }
    assert stored(sessions, "TRIT20260101001").keywords == ["Moda"]
    assert {(notice.field, notice.value) for notice in report.warnings} == {
        ("technology_keywords", "99999"),
        ("themes", "Moda"),
    }


def test_codes_that_a_later_taxonomy_knows_are_updated_with_the_same_file(
    take: Any, sessions: Sessions, request: pytest.FixtureRequest
) -> None:
    row = proposal(1, technology_keywords=["1001"])
    take([row])
    request.getfixturevalue("concepts")
    assert counts(take([row])) == (0, 1, 0, 0, 0)
    with sessions() as session:
        assert session.scalars(select(ProposalCode.code)).all() == ["01001"]


def test_codes_that_people_or_calculations_added_stay(take: Any, sessions: Sessions) -> None:
    take([proposal(1, sdg=["9"])])
    with sessions() as session, session.begin():
        number = session.scalars(select(Proposal.id)).one()
        session.add(ProposalCode(proposal_id=number, tree="sdg", code="07", origin=Origin.CONFIRMED.value))
    take([proposal(1, sdg=["12"])])
    with sessions() as session:
        assert set(session.scalars(select(ProposalCode.code))) == {"07", "12"}


def test_proposals_find_their_organisation_also_when_it_comes_later(take: Any, sessions: Sessions) -> None:
    row = proposal(1, organisation="test:1")
    report = take([row])
    assert report.warnings[0].field == "organisation"
    assert stored(sessions, "TRIT20260101001").organisation_id is None
    take([organisation(1)])
    assert counts(take([row])) == (0, 1, 0, 0, 0)
    assert stored(sessions, "TRIT20260101001").organisation_id is not None
    assert counts(take([row])) == (0, 0, 1, 0, 0)


def test_a_proposal_that_names_no_organisation_any_more_loses_it(take: Any, sessions: Sessions) -> None:
    take([organisation(1), proposal(1, organisation="test:1")])
    take([proposal(1, organisation="test:1")])
    assert stored(sessions, "TRIT20260101001").organisation_id is not None
    assert counts(take([proposal(1, organisation="test:9", title="Altro")])) == (0, 1, 0, 0, 0)
    assert stored(sessions, "TRIT20260101001").organisation_id is not None  # unknown: the link known so far stays
    assert counts(take([proposal(1, title="Altro")])) == (0, 1, 0, 0, 0)
    assert stored(sessions, "TRIT20260101001").organisation_id is None
    assert counts(take([proposal(1, title="Altro")])) == (0, 0, 1, 0, 0)


@pytest.mark.usefixtures("concepts")
def test_organisations_are_stored_with_all_that_belongs_to_them(take: Any, sessions: Sessions) -> None:
    row = organisation(
        1, competences=["Tornitura", "arte orafa"], themes=["HEALTH", "Moda"], external_ids={"pic": "999"}
    )
    assert counts(take([row])) == (1, 0, 0, 0, 0)
    assert counts(take([row])) == (0, 0, 1, 0, 0)
    with sessions() as session:
        found = session.scalars(select(Organisation)).one()
        assert {(item.term, item.code) for item in found.competences} == {
            ("Tornitura", "turning"),
            ("arte orafa", None),
            ("Moda", None),
        }
        assert [(theme.tree, theme.code) for theme in found.themes] == [("s3_2014", "HEALTH")]
        assert [(entry.position, entry.title) for entry in found.evidence] == [(1, "Progetto 1")]
        assert [(item.scheme, item.value) for item in found.external_ids] == [("pic", "999")]


def test_a_changed_organisation_replaces_what_the_file_declared_only(take: Any, sessions: Sessions) -> None:
    take([organisation(1)])
    with sessions() as session, session.begin():
        number = session.scalars(select(Organisation.id)).one()
        for term, origin in (("fresatura", Origin.CONFIRMED), ("saldatura", Origin.DERIVED)):
            session.add(OrganisationCompetence(organisation_id=number, term=term, origin=origin.value))
    evidence = [{"kind": "patent", "title": "Un brevetto"}, {"kind": "product", "title": "Un prodotto"}]
    assert counts(take([organisation(1, competences=["rettifica"], evidence=evidence)])) == (0, 1, 0, 0, 0)
    with sessions() as session:
        assert set(session.scalars(select(OrganisationCompetence.term))) == {"fresatura", "saldatura", "rettifica"}
        assert session.scalars(select(Evidence.title).order_by(Evidence.position)).all() == [
            "Un brevetto",
            "Un prodotto",
        ]


@pytest.mark.parametrize("shared", [{"tax_code": "IT01234567890"}, {"external_ids": {"pic": "999"}}])
def test_an_organisation_under_another_reference_is_the_same(take: Any, sessions: Sessions, shared: Any) -> None:
    take([organisation(1, **shared)])
    other = organisation(1, **shared) | {"id": "register:77", "city": "Lodi"}
    assert counts(take([other])) == (0, 1, 0, 0, 0)
    assert counts(take([other])) == (0, 0, 1, 0, 0)
    assert number_of(sessions, Organisation) == 1
    take([proposal(1, organisation="register:77")])
    with sessions() as session:
        assert session.scalars(select(Organisation.reference)).one() == "test:1"
        assert session.scalars(select(Proposal.organisation_id)).one() is not None
        known = session.execute(select(ExternalId.scheme, ExternalId.value)).all()
        assert ("reference", "register:77") in known


def test_an_organisation_that_would_be_two_is_rejected(take: Any, sessions: Sessions) -> None:
    take([organisation(1, tax_code="11111111111"), organisation(2, tax_code="22222222222")])
    report = take([organisation(1, tax_code="22222222222"), organisation(3)])
    assert counts(report) == (1, 0, 0, 0, 1)
    assert report.rejected[0].field == "tax_code"
    assert "test:1 and test:2" in report.rejected[0].reason


def test_the_same_tax_code_twice_in_a_file_is_rejected(take: Any) -> None:
    report = take([organisation(1, tax_code="11111111111"), organisation(2, tax_code="11111111111")])
    assert counts(report) == (1, 0, 0, 0, 1)


def test_a_withdrawn_organisation_comes_back_only_when_the_file_says_so(take: Any, sessions: Sessions) -> None:
    take([organisation(1)])
    assert counts(take([organisation(1, withdrawn=True)])) == (0, 0, 0, 1, 0)
    take([organisation(1, city="Como")])
    with sessions() as session:
        assert session.scalars(select(Organisation.withdrawn_at)).one() is not None
    take([organisation(1, withdrawn=False)])
    with sessions() as session:
        assert session.scalars(select(Organisation.withdrawn_at)).one() is None


def test_an_import_verifies_what_it_adds_and_never_again(take: Any, sessions: Sessions) -> None:
    take([organisation()])
    with sessions.begin() as session:
        stored = session.scalars(select(Organisation)).one()
        assert (stored.verified_at, stored.verified_by) == (stored.created_at, IMPORTED_BY)
        stored.verified_at = stored.verified_by = None  # a broker takes it back
    take([organisation(description="Altro.")])
    with sessions() as session:
        assert session.scalars(select(Organisation.verified_at)).one() is None


def test_texts_that_a_database_could_not_store_are_cleaned(take: Any, sessions: Sessions) -> None:
    take(['{"reference": "A", "kind": "TR", "title": "nul \\u0000 and half \\ud83d pair", "summary": "\\u0000"}'])
    assert stored(sessions, "A").title == "nul and half � pair"
    assert stored(sessions, "A").summary is None
    assert stored(sessions, "A").source == "platform"


def test_more_rows_than_a_batch_are_stored(take: Any, sessions: Sessions) -> None:
    rows = [proposal(number) for number in range(1, 1101)]
    seen: list[int] = []
    assert counts(take(rows, progress=seen.append)) == (1100, 0, 0, 0, 0)
    assert sum(seen) == 1100
    assert counts(take(rows)) == (0, 0, 1100, 0, 0)


def test_an_error_in_the_middle_of_a_file_leaves_nothing(sessions: Sessions, tmp_path: Path) -> None:
    profiles = [pod_profile(number) for number in range(1, 900)]
    path = tmp_path / "cut.xml"
    path.write_text(pod(*profiles)[:-60])
    report = import_file(sessions, path)
    assert number_of(sessions, Proposal) == 0
    assert [row.position for row in report.rejected] == ["file"]
    assert "not well-formed" in report.rejected[0].reason


def test_an_exception_in_the_middle_of_a_file_leaves_nothing(
    sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from data.sources import proposal_store

    calls: list[int] = []
    original = proposal_store._apply

    def failing(session: Session, changes: Any) -> None:
        original(session, changes)
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("power cut")

    monkeypatch.setattr(proposal_store, "_apply", failing)
    path = jsonl(tmp_path / "rows.jsonl", [proposal(number) for number in range(1, 1101)])
    with pytest.raises(RuntimeError, match="power cut"):
        import_file(sessions, path)
    assert number_of(sessions, Proposal) == 0


def test_a_closed_database_is_an_error_and_no_rejected_row(sessions: Sessions, tmp_path: Path) -> None:
    from sqlalchemy.exc import DBAPIError

    path = jsonl(tmp_path / "rows.jsonl", [proposal(1)])
    with sessions() as session, session.begin():
        session.execute(text("DROP TABLE proposal_code"))
        session.execute(text("ALTER TABLE proposal RENAME TO gone"))
    with pytest.raises(DBAPIError):
        import_file(sessions, path)
