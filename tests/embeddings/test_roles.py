import pytest

from embeddings.roles import clauses, content_words, split_roles


@pytest.mark.parametrize(
    ("sentence", "read"),
    [
        (
            "Cooperativa colombiana offre caffè tracciabile e cerca distributori esteri",
            [
                ("neutral", "Cooperativa colombiana"),
                ("offered", "offre caffè tracciabile"),
                ("sought", "cerca distributori esteri"),
            ],
        ),
        (
            "Austrian company is looking for expertise in flocculants",
            [("neutral", "Austrian company"), ("sought", "is looking for expertise in flocculants")],
        ),
        (
            "French company offering software seeks partners to test it",
            [("neutral", "French company"), ("offered", "offering software"), ("sought", "seeks partners to test it")],
        ),
        ("Ricerca fornitori di succhi concentrati", [("sought", "Ricerca fornitori di succhi concentrati")]),
        (
            "L'azienda è interessata a collaborazioni",
            [("neutral", "L'azienda"), ("sought", "è interessata a collaborazioni")],
        ),
        ("Si cercano partner per test", [("sought", "Si cercano partner per test")]),
        ("Partners sought for smart charging", [("sought", "Partners sought for smart charging")]),
        ("Fornitori di lino ricercati in Europa", [("sought", "Fornitori di lino ricercati in Europa")]),
        (
            "Centro di ricerca e sviluppo per la ricerca industriale",
            [("neutral", "Centro di ricerca e sviluppo per la ricerca industriale")],
        ),
        ("Tools for those who seek quality", [("neutral", "Tools for those who seek quality")]),
        ("Sistemi per aziende che cercano efficienza", [("neutral", "Sistemi per aziende che cercano efficienza")]),
        ("Valvola digitale per reti idriche", [("neutral", "Valvola digitale per reti idriche")]),
    ],
)
def test_a_sentence_is_cut_at_its_cues(sentence: str, read: list[tuple[str, str]]) -> None:
    assert clauses(sentence) == read


def test_a_text_is_read_sentence_by_sentence() -> None:
    parts = split_roles("Una PMI ha sviluppato un sensore. È robusto. Cerca distributori. The partner should test it.")
    assert parts.offered == ("ha sviluppato un sensore.",)
    assert parts.neutral == ("Una PMI", "È robusto.")
    assert parts.sought == ("Cerca distributori.", "The partner should test it.")


def test_boilerplate_tells_nothing_of_the_subject() -> None:
    assert content_words("L'azienda cerca partner per un accordo commerciale", "it") == 0
    assert content_words("The company is looking for international partners", "en") == 0
    assert content_words("L'azienda cerca sensori di umidità", "it") == 2
