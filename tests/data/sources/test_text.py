import pytest

from data.sources.text import clean_line, clean_name, clean_text


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("ricerca e umiditÃ  dellâ€™aria", "ricerca e umidità dell’aria"),
        ("FranÃ§ais &amp; cafÃ©", "Français & café"),
        ("l&rsquo;azienda cerca", "l’azienda cerca"),
        ("<p>Prima</p><p>Seconda &egrave; qui</p>", "Prima\n\nSeconda è qui"),
        ("&lt;p&gt;escaped &amp;amp; twice&lt;/p&gt;", "escaped & twice"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n\n- two"),
        ("before<script>alert('x')</script>after", "before after"),
        ("text <!-- hidden --> shown", "text shown"),
        ("a\x00b\x07c\u200bd\ufeff\u202ee", "abcde"),
        ("\uf0a7 first \uf0b7 second", "• first • second"),
        ("one\r\ntwo\rthree\n\n\n\nfour", "one\ntwo\nthree\n\nfour"),
        ("  much   \u00a0 space\t here ", "much space here"),
        ("e\u0300 decomposed", "è decomposed"),
        ("half a pair \ud83d of surrogates", "half a pair � of surrogates"),
    ],
)
def test_text_becomes_readable(given: str, clean: str) -> None:
    assert clean_text(given) == clean


@pytest.mark.parametrize(
    "text",
    [
        "pH <7 and >5, SME <=10",
        "products&parameters of R&D",
        "a < b and c > d",
        "perché è così: più qualità, €5",
        "Łódź, Škoda, Ελλάδα, 東京",
        "tolerance <0.1 mm & more",
    ],
)
def test_honest_text_is_left_alone(text: str) -> None:
    assert clean_text(text) == text


def test_cleaning_twice_changes_nothing_more() -> None:
    once = clean_text("<p>umiditÃ  &amp; calore</p>\r\n\x00 fine")
    assert clean_text(once) == once


def test_a_line_has_no_breaks() -> None:
    assert clean_line("one<br>two\nthree") == "one two three"


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ('"NATIONAL CENTER ""EXAMPLE"""', 'NATIONAL CENTER "EXAMPLE"'),
        ('ASSOCIAZIONE ""PROVA""', 'ASSOCIAZIONE "PROVA"'),
        ('Centro "Prova"', 'Centro "Prova"'),
    ],
)
def test_doubled_quotes_of_names_are_undone(given: str, clean: str) -> None:
    assert clean_name(given) == clean
