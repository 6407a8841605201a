"""The measures of an encoder, on files small enough to work out by hand."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from embeddings.encoder import Role, Vectors
from embeddings.static_encoder import StaticEncoder
from jobs.encoder_quality import (
    OrganisationSide,
    counterparts_found,
    organisations_found,
    originals_found,
    quality,
    records,
    sanity,
    similarity,
    translation_search,
)
from jobs.errors import JobError


class Angles:
    """A text that holds a number is the unit vector at that many degrees; any other is at 180."""

    name, fingerprint, dimension = "angles", "0", 2

    def encode(self, texts: Sequence[str], role: Role = Role.PLAIN) -> Vectors:
        degrees = [
            next((float(word) for word in text.replace(".", " ").split() if word.isdigit()), 180) for text in texts
        ]
        angles = np.radians(degrees)
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def table(path: Path, *rows: str) -> Path:
    path.write_text("".join(f"{row}\n" for row in ("heading", *rows)), encoding="utf-8")
    return path


def objects(path: Path, *rows: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def evidence(*degrees: int, year: int = 2020) -> list[dict[str, object]]:
    return [{"title": f"at {angle}", "text": None, "year": year} for angle in degrees]


def test_similarity_is_the_rank_correlation_with_people(tmp_path: Path) -> None:
    english = table(tmp_path / "en", "0\t10\t5.0", "0\t40\t3.0", "0\t90\t1.0")
    italian = table(tmp_path / "it", "0\t90\t5.0", "0\t40\t3.0", "0\t10\t1.0")
    found = similarity(Angles(), english, italian)
    assert found == pytest.approx({"sts_en": 1.0, "sts_it": -1.0, "sts_it_en": 1.0})


def test_a_translation_counts_where_it_is_the_nearest(tmp_path: Path) -> None:
    pairs = table(tmp_path / "pairs", "0\t5", "90\t80", "30\t178", "60\t61")
    assert translation_search("flores")(Angles(), pairs) == {"flores": 0.75}


def test_organisations_are_ranked_by_all_their_evidence_and_ties_by_how_much_and_how_recent(tmp_path: Path) -> None:
    organisations = objects(
        tmp_path / "organisations.jsonl",
        {"id": "far", "evidence": evidence(90)},
        {"id": "old", "evidence": evidence(10, year=2001)},
        {"id": "new", "evidence": evidence(10)},
        {"id": "both", "evidence": evidence(10, 20)},
        {"id": "nothing", "evidence": []},
    )
    side = OrganisationSide(Angles(), organisations)
    assert side.ranking(side.scores(Angles().encode(["0"]))[0]) == ["both", "new", "old", "far"]


def test_organisations_found_is_ndcg(tmp_path: Path) -> None:
    organisations = objects(
        tmp_path / "o.jsonl", {"id": "a", "evidence": evidence(10)}, {"id": "b", "evidence": evidence(40)}
    )
    proposals = objects(tmp_path / "p.jsonl", {"reference": "Q", "title": "0"})
    (tmp_path / "qrels").write_text("Q 0 b 1\n", encoding="utf-8")
    found = organisations_found("cordis_en")(Angles(), organisations, proposals, tmp_path / "qrels")
    assert found["cordis_en"] == pytest.approx(1 / math.log2(3))


def test_a_request_is_compared_with_offers_only_and_queries_without_a_partner_say_nothing(tmp_path: Path) -> None:
    profiles = objects(
        tmp_path / "profiles.jsonl",
        {"reference": "TO1", "kind": "TO", "title": "20"},
        {"reference": "TO2", "kind": "TO", "title": "50"},
        {"reference": "TR2", "kind": "TR", "title": "1"},
        {"reference": "RDR1", "kind": "RDR", "title": "40"},
    )
    requests = objects(tmp_path / "requests.jsonl", {"reference": "TR1", "kind": "TR", "title": "0"})
    organisations = objects(tmp_path / "o.jsonl", {"id": "o", "evidence": evidence(10)})
    (tmp_path / "qrels").write_text("TR1 0 TO1 3\nTR2 0 TO2 1\nRDR1 0 o 2\n", encoding="utf-8")
    found = counterparts_found(Angles(), profiles, requests, organisations, tmp_path / "qrels")
    assert found == {"een": pytest.approx(1.0)}


def test_an_abstract_finds_its_original_among_all(tmp_path: Path) -> None:
    twins = objects(tmp_path / "t", {"reference": "A-EN", "title": "10"}, {"reference": "B-EN", "title": "80"})
    requests = objects(tmp_path / "r", {"reference": "C", "title": "70"})
    profiles = objects(tmp_path / "p", {"reference": "A", "title": "5"}, {"reference": "B", "title": "72"})
    assert originals_found(Angles(), twins, requests, profiles) == {"twins": 0.5}


def test_the_sanity_set_has_sixty_lines_and_the_shipped_model_is_mostly_right() -> None:
    found = sanity(StaticEncoder())
    assert found["sanity_misses"] >= 0.8
    assert found["sanity_terms"] >= 0.6


def test_measures_without_their_files_are_left_out(tmp_path: Path) -> None:
    assert set(quality(Angles(), tmp_path)) == {"sanity_terms", "sanity_misses"}


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="line 3: 1 fields, expected 2"):
        translation_search("flores")(Angles(), table(tmp_path / "pairs", "a\tb", "c"))
    (tmp_path / "bad.jsonl").write_text("{", encoding="utf-8")
    with pytest.raises(JobError, match=r"bad\.jsonl: cannot be read"):
        OrganisationSide(Angles(), tmp_path / "bad.jsonl")


def test_only_line_feeds_part_records(tmp_path: Path) -> None:
    path = tmp_path / "records.jsonl"
    path.write_text('{"title": "a\u2028b\x85c"}\n{"title": "d"}\n', encoding="utf-8")
    assert [record["title"] for record in records(path)] == ["a\u2028b\x85c", "d"]
