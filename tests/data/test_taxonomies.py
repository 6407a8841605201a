from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased, sessionmaker

from data.errors import SourceError
from data.models import Concept, Crosswalk
from data.models.vocabulary import Tree
from data.sources.codes import CodeBook
from data.taxonomies.loader import FOLDER, SHIPPED, load_shipped_taxonomies, load_taxonomy_file
from data.taxonomies.tables import Layout, read_table

Sessions = sessionmaker[Session]


def concepts(sessions: Sessions, tree: Tree) -> dict[str, Concept]:
    with sessions() as session:
        found = session.scalars(select(Concept).where(Concept.tree == tree.value))
        return {concept.code: concept for concept in found}


def parents(sessions: Sessions, tree: Tree) -> dict[str, str]:
    parent = aliased(Concept)
    with sessions() as session:
        statement = select(Concept.code, parent.code).join(parent, Concept.parent_id == parent.id)
        return {row[0]: row[1] for row in session.execute(statement.where(Concept.tree == tree.value)).all()}


def csv_file(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def shipped(sessions: Sessions) -> Sessions:
    load_shipped_taxonomies(sessions)
    return sessions


def test_the_shipped_taxonomies_load_whole(sessions: Sessions) -> None:
    reports = load_shipped_taxonomies(sessions)
    assert [Path(report.file).stem for report in reports] == list(SHIPPED)
    for report in reports:
        assert report.rejected == ()
        assert report.warnings == ()
        assert report.read == len(read_table(Path(report.file)).rows)
    assert len(concepts(sessions, Tree.S3_2014)) == len(concepts(sessions, Tree.S3_2021)) == 8
    assert sorted(concepts(sessions, Tree.SDG)) == [f"{number:02d}" for number in range(1, 18)]
    assert len(concepts(sessions, Tree.COMPETENCE)) >= 300


def test_loading_twice_changes_nothing(shipped: Sessions) -> None:
    with shipped() as session:
        before = session.execute(select(func.count(Concept.id), func.max(Concept.id))).one()
        links = session.execute(
            select(Crosswalk.from_id, Crosswalk.to_id, Crosswalk.weight).order_by(Crosswalk.id)
        ).all()
    for report in load_shipped_taxonomies(shipped):
        assert (report.added, report.updated, report.unchanged) == (0, 0, report.read)
    with shipped() as session:
        assert session.execute(select(func.count(Concept.id), func.max(Concept.id))).one() == before
        now = session.execute(select(Crosswalk.from_id, Crosswalk.to_id, Crosswalk.weight).order_by(Crosswalk.id)).all()
        assert now == links


def test_competences_are_linked_to_the_other_trees(shipped: Sessions) -> None:
    table = read_table(FOLDER / "competences.csv")
    cells = table.rows[0][1]
    end = aliased(Concept)
    with shipped() as session:
        start = session.scalars(select(Concept.id).where(Concept.code == cells["code"])).one()
        statement = select(end.tree, end.code).join(Crosswalk, Crosswalk.to_id == end.id)
        linked = {(tree, code) for tree, code in session.execute(statement.where(Crosswalk.from_id == start)).all()}
    named = ("s3_2014", "s3_2021", "een_technology", "een_market", "sdg")
    assert linked == {(name, code) for name in named for code in cells[name].split("|") if code}


def test_competences_are_found_by_their_synonyms_in_both_languages(shipped: Sessions) -> None:
    with shipped() as session:
        book = CodeBook.load(session)
    for _, cells in read_table(FOLDER / "competences.csv").rows[:40]:
        for name in (cells["label_it"], cells["label_en"], *cells["synonyms_it"].split("|")):
            assert book.competence(name.upper()) is not None
        assert book.competence(cells["code"]) == cells["code"]


def test_a_dry_run_writes_nothing(sessions: Sessions) -> None:
    reports = load_shipped_taxonomies(sessions, dry_run=True)
    assert sum(report.added for report in reports) > 300
    assert concepts(sessions, Tree.COMPETENCE) == {}


def test_a_full_list_keeps_italian_labels_and_finds_its_parents(shipped: Sessions, tmp_path: Path) -> None:
    path = csv_file(
        tmp_path / "technology.csv",
        "code,label,level1,level2,level,legacy_code_form",
        '01001,"Electronics, Microelectronics","ELECTRONICS, IT AND TELECOMMS",,2,0',
        '01001077,Example chips,"ELECTRONICS, IT AND TELECOMMS","Electronics, Microelectronics",3,0',
        '001001078,Legacy chips,"ELECTRONICS, IT AND TELECOMMS","Electronics, Microelectronics",3,1',
        '01099001,New things,"ELECTRONICS, IT AND TELECOMMS",New branch,3,0',
    )
    report = load_taxonomy_file(shipped, path)
    assert (report.read, report.added, report.unchanged) == (4, 3, 1)
    found = concepts(shipped, Tree.EEN_TECHNOLOGY)
    assert found["01001"].label_it != found["01001"].label_en
    assert found["01001077"].label_it == found["01001077"].label_en == "Example chips"
    above = parents(shipped, Tree.EEN_TECHNOLOGY)
    assert (above["01001077"], above["001001078"], above["01001"]) == ("01001", "01001", "01")
    assert (above["01099001"], above["01099"], found["01099"].label_en) == ("01099", "01", "New branch")
    again = load_taxonomy_file(shipped, path)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 4)


def test_the_real_lists_load(shipped: Sessions, real_data: Path) -> None:
    for name, tree, count in (("technology", Tree.EEN_TECHNOLOGY, 513), ("market", Tree.EEN_MARKET, 387)):
        report = load_taxonomy_file(shipped, real_data / "een-taxonomy" / f"{name}.csv")
        assert (report.read, report.rejected) == (count, ())
        codes = {cells["code"] for _, cells in read_table(real_data / "een-taxonomy" / f"{name}.csv").rows}
        assert codes <= set(concepts(shipped, tree))
        assert set(concepts(shipped, tree)) - set(parents(shipped, tree)) <= {
            f"{number:02d}" for number in range(1, 12)
        }
        again = load_taxonomy_file(shipped, real_data / "een-taxonomy" / f"{name}.csv")
        assert (again.added, again.updated) == (0, 0)


def test_a_list_of_another_version_stands_beside_the_first(shipped: Sessions, tmp_path: Path) -> None:
    path = csv_file(tmp_path / "list.csv", "code;label_it;label_en", "NUTRITION;Nutrizione 2;Nutrition 2")
    assert load_taxonomy_file(shipped, path, Tree.S3_2021, "2028-2034").added == 1
    with shipped() as session:
        labels = session.execute(
            select(Concept.version, Concept.label_en).where(Concept.code == "NUTRITION").order_by(Concept.version)
        ).all()
    assert labels == [("2021-2027", "Nutrition"), ("2028-2034", "Nutrition 2")]


def test_bad_rows_are_reported_and_good_ones_loaded(sessions: Sessions, tmp_path: Path) -> None:
    path = csv_file(
        tmp_path / "sdg.csv",
        "code,parent,label_it,label_en,valid_from",
        "01,,Uno,One,2016-01-01",
        ",,Senza codice,No code,",
        "02,,Due,,",
        "01,,Ancora uno,One again,",
        "03,99,Tre,Three,",
        "04,,Quattro,Four,tomorrow",
    )
    report = load_taxonomy_file(sessions, path)
    assert [(row.position, row.field) for row in report.rejected] == [
        ("line 3", "code"),
        ("line 4", "label_en"),
        ("line 5", "code"),
        ("line 7", "valid_from"),
    ]
    assert sorted(concepts(sessions, Tree.SDG)) == ["01", "03"]
    assert [notice.value for notice in report.warnings] == ["99"]


def test_a_crosswalk_to_unknown_concepts_is_reported(shipped: Sessions, tmp_path: Path) -> None:
    path = csv_file(
        tmp_path / "links.csv",
        "from_tree,from_code,to_tree,to_code,weight",
        "s3_2014,HEALTH,s3_2021,NUTRITION,0.25",
        "s3_2014,NOWHERE,s3_2021,NUTRITION,0.5",
        "s3_2014,HEALTH,s3_2021,NUTRITION,2",
        "s3_2013,HEALTH,s3_2021,NUTRITION,1",
    )
    report = load_taxonomy_file(shipped, path)
    assert [row.position for row in report.rejected] == ["line 4", "line 5", "line 3"]
    with shipped() as session:
        assert 0.25 in session.scalars(select(Crosswalk.weight)).all()


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("sdg.csv", "a,b\n1,2", "columns must include"),
        ("list.csv", "code,label\n1,2", "Name the tree"),
        ("sdg.csv", 'code,label\n"open', "is no CSV"),
    ],
)
def test_other_files_are_errors(sessions: Sessions, tmp_path: Path, name: str, content: str, problem: str) -> None:
    with pytest.raises(SourceError, match=problem):
        load_taxonomy_file(sessions, csv_file(tmp_path / name, content))


def test_layouts_are_told_by_the_columns() -> None:
    assert read_table(FOLDER / "crosswalk_s3.csv").layout is Layout.CROSSWALK
    assert read_table(FOLDER / "sdg.csv").layout is Layout.CONCEPTS
