import pytest

from data.models.vocabulary import Tree
from data.sources.codes import Code, CodeBook, fold

BOOK = CodeBook(
    codes={
        Tree.EEN_TECHNOLOGY: frozenset({"01", "01001", "02006002", "002006002", "001001001", "005001", "05001"}),
        Tree.EEN_MARKET: frozenset({"01", "08003"}),
        Tree.SDG: frozenset({"07", "09"}),
        Tree.S3_2014: frozenset({"HEALTH", "SHARED"}),
        Tree.S3_2021: frozenset({"NUTRITION", "SHARED"}),
    },
    labels={
        Tree.S3_2014: {"health": "HEALTH", "industria della salute": "HEALTH", "shared": "SHARED"},
        Tree.S3_2021: {"nutrition": "NUTRITION", "shared": "SHARED"},
        Tree.EEN_TECHNOLOGY: {"electronics, microelectronics": "01001"},
        Tree.COMPETENCE: {"additive manufacturing": "additive-manufacturing", "umidita": "humidity"},
    },
)


@pytest.mark.parametrize(
    ("given", "code", "known"),
    [
        ("1", "01", True),
        ("1001", "01001", True),
        ("1001001", "001001001", True),
        ("2006002", "002006002", True),
        ("02006002", "02006002", True),
        ("05001", "05001", True),
        ("005001", "005001", True),
        ("99999", "99999", False),
        ("0099", "0099", False),
        ("01001 - Electronics", "01001", True),
        ("Electronics, Microelectronics", "01001", True),
        ("Somethng else", "Somethng else", False),
    ],
)
def test_lost_zeros_are_restored_only_where_the_tree_has_the_code(given: str, code: str, known: bool) -> None:
    assert BOOK.keyword(Tree.EEN_TECHNOLOGY, given) == Code(Tree.EEN_TECHNOLOGY, code, known)


def test_the_same_number_means_something_else_in_another_tree() -> None:
    assert BOOK.keyword(Tree.EEN_MARKET, "8003") == Code(Tree.EEN_MARKET, "08003", True)
    assert not BOOK.keyword(Tree.EEN_TECHNOLOGY, "08003").known


@pytest.mark.parametrize("given", ["7", "07", "SDG 7", "Goal 7: Affordable and clean energy", "7. Energia pulita"])
def test_goals_are_found_in_any_writing(given: str) -> None:
    assert BOOK.goal(given) == Code(Tree.SDG, "07", True)


def test_not_relevant_is_no_goal_and_others_are_kept() -> None:
    assert BOOK.goal("Not relevant") is None
    assert BOOK.goal("18") == Code(Tree.SDG, "18", False)


@pytest.mark.parametrize(
    ("given", "tree", "code"),
    [
        ("HEALTH", Tree.S3_2014, "HEALTH"),
        ("Industria della Salute", Tree.S3_2014, "HEALTH"),
        ("NUTRITION", Tree.S3_2021, "NUTRITION"),
        ("SHARED", Tree.S3_2014, "SHARED"),
        ("s3_2021:SHARED", Tree.S3_2021, "SHARED"),
        ("sdg:9", Tree.SDG, "09"),
        ("OSS 9", Tree.SDG, "09"),
    ],
)
def test_themes_find_their_tree(given: str, tree: Tree, code: str) -> None:
    assert BOOK.theme(given) == Code(tree, code, True)


def test_a_theme_that_no_tree_has_is_not_guessed() -> None:
    assert BOOK.theme("Fashion week") is None


@pytest.mark.parametrize(
    "term", ["additive-manufacturing", "Additive Manufacturing", "ADDITIVE  MANUFACTURING", "Umidità"]
)
def test_competences_are_found_without_case_accents_and_hyphens(term: str) -> None:
    assert BOOK.competence(term) in ("additive-manufacturing", "humidity")


def test_folding_is_stable() -> None:
    assert fold(fold("Qualità-Prova")) == fold("QUALITA prova")
