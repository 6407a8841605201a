from __future__ import annotations

import numpy as np
import pytest

from matching.candidates import OrganisationTable, ProposalTable
from matching.code_rows import CodeRows
from matching.identity import Identities, host, name_words, organisation_twins, proposal_twins, same_organisation
from matching.labelled import Labels


def organisations(*countries: str, evidence: int = 1) -> OrganisationTable:
    count = len(countries)
    zeros = np.zeros(count, np.int32)
    pieces = np.full(count, evidence, np.int32)
    empty = CodeRows.of([[] for _ in countries])
    return OrganisationTable(np.arange(count), Labels.of(countries), zeros, pieces, zeros, empty)


def twins(one: tuple[str, str | None, str | None], other: tuple[str, str | None, str | None], **given: int) -> bool:
    """Whether two Italian organisations that say the same are taken for one."""
    same = np.ones((2, 2))
    table = organisations("IT", "IT", **given)
    return bool(organisation_twins(Identities.of([one, other]), table, np.arange(2), same)[0, 1])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Officine Rossi S.p.A.", None, None), ("OFFICINE ROSSI SRL", None, None)),
        (("Università dell'Esempio", None, None), ("Universita dell’Esempio", None, None)),
        (("Officine Rossi", None, "Bergamo"), ("Officine Rossi Bergamo", None, "BERGAMO")),
        (("Istituto Esempio Materiali", None, None), ("IEM", None, None)),
        (("Nome vecchio", "https://www.esempio.it/it", None), ("Nome nuovo", "esempio.it", None)),
    ],
)
def test_one_organisation_under_two_names(
    one: tuple[str, str | None, str | None], other: tuple[str, str | None, str | None]
) -> None:
    assert twins(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Istituto di Geofisica", None, None), ("Istituto di Oceanologia", None, None)),
        (("Camera di commercio di Lodi", None, "Lodi"), ("Camera di commercio di Como", None, "Como")),
        (("Comune di Lodi", None, "Lodi"), ("Comune di Como", None, "Como")),
        (("Officine Rossi", None, "Lodi"), ("Laboratori Verdi", None, "Lodi")),
    ],
)
def test_partners_of_one_project_are_not_one(
    one: tuple[str, str | None, str | None], other: tuple[str, str | None, str | None]
) -> None:
    assert not twins(one, other)


def test_neighbours_with_many_projects_in_common_are_one() -> None:
    assert twins(("Officine Rossi", None, "Lodi"), ("Rossi Ricerche", None, "Lodi"), evidence=3)


def test_the_same_name_says_nothing_across_countries_or_for_other_words() -> None:
    rows = np.arange(2)
    same_name = Identities.of([("Esempio", None, None)] * 2)
    assert not organisation_twins(same_name, organisations("IT", "FR"), rows, np.ones((2, 2))).any()
    assert not organisation_twins(same_name, organisations("IT", "IT"), rows, np.full((2, 2), 0.9)).any()


def test_a_name_of_nothing_but_a_legal_form_keeps_its_words() -> None:
    assert name_words("S.p.A.") == ("spa",)
    assert name_words("Società dell'Arte di Lodi") == ("societa", "arte", "lodi")


@pytest.mark.parametrize(
    ("website", "found"),
    [
        (None, ""),
        ("", ""),
        ("www.esempio.it/chi", "esempio.it"),
        ("http://[", ""),
        ("HTTPS://Esempio.it", "esempio.it"),
    ],
)
def test_hosts_of_whatever_people_write(website: str | None, found: str) -> None:
    assert host(website) == found


def proposals(kinds: str, owners: list[int]) -> ProposalTable:
    count = len(owners)
    zeros = np.zeros(count, np.int32)
    return ProposalTable(
        ids=np.arange(count),
        kind=Labels.of(kinds.split()),
        country=Labels.of(["IT"] * count),
        organisation_id=np.array(owners),
        expires=zeros,
        published=zeros,
        partner_type=zeros,
        wanted_types=zeros,
        stage=zeros,
        targets=Labels.of([""] * count),
        codes=CodeRows.of([[] for _ in owners]),
    )


def test_a_profile_posted_twice_is_told_from_one_of_another_owner() -> None:
    table = proposals("TO TO TO TO TR", [1, 1, 2, -1, 1])
    found = proposal_twins(table, np.arange(5), np.ones((5, 5)))
    assert found[0].tolist() == [False, True, False, True, False]
    assert not proposal_twins(table, np.arange(5), np.full((5, 5), 0.97)).any()


def test_unknown_owners_are_not_one_owner() -> None:
    same = same_organisation(proposals("TO TO TO TO", [1, 1, -1, -1]), np.arange(4))
    assert same[0].tolist() == [True, True, False, False]
    assert not same[2:].any()
