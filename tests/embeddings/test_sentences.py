import pytest

from embeddings.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", ()),
        (" \n\t ", ()),
        ("…", ()),
        ("Uno. Due! Tre?", ("Uno.", "Due!", "Tre?")),
        ("Il dott. Rossi di Alfa S.r.l. cerca motori (es. brushless).", None),
        ("Costa 3.500 euro e pesa 2.5 kg.", None),
        ("Methods (e.g. CNN, SVM, etc.) by J. Smith et al. 2020 work.", None),
        ("Cerca partner, ecc. Offre supporto.", ("Cerca partner, ecc.", "Offre supporto.")),
        ("Nuovo mercato.The end.", ("Nuovo mercato.", "The end.")),
        ("Si cercano: • motori • pompe\n- valvole", ("Si cercano:", "motori", "pompe", "valvole")),
        ("Steps: 1) Design 2) Test", ("Steps:", "Design", "Test")),
        ("PARTNER SOUGHT The company seeks a lab.", ("PARTNER SOUGHT", "The company seeks a lab.")),
        ("The firms should: - have a lab; - be in Europe.", ("The firms should:", "have a lab;", "be in Europe.")),
        ("roll-to-roll coating, edge-AI and x - y", None),
        ("«È pronto.» Costa poco.", ("«È pronto.»", "Costa poco.")),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, sentences: tuple[str, ...] | None) -> None:
    assert split_sentences(text) == ((text,) if sentences is None else sentences)


def test_white_space_is_tidied() -> None:
    assert split_sentences("  A  cat\u00a0sat.\r\n\r\nIt   slept. ") == ("A cat sat.", "It slept.")


def test_a_very_long_sentence_is_cut_in_windows_and_no_word_is_lost() -> None:
    text = ", ".join(f"parola{i} con altre" for i in range(300))
    pieces = split_sentences(text, 200)
    assert all(len(piece) <= 200 for piece in pieces)
    assert " ".join(pieces).split() == text.split()
    unbroken = split_sentences("x" * 1000, 200)
    assert "".join(unbroken) == "x" * 1000


def test_no_word_of_a_text_is_lost() -> None:
    text = "Alfa, Beta (es. gamma). Delta: epsilon; Zeta!\nEta… Theta? «Iota.» K. Lambda S.p.A. mu"
    assert " ".join(split_sentences(text)).split() == text.split()


def test_a_window_too_narrow_is_refused() -> None:
    with pytest.raises(ValueError, match="longest=3"):
        split_sentences("abc", 3)
