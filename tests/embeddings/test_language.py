import pytest

from embeddings.language import analyse, detect, fold, token_language, words_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Azienda lettone cerca produttore per bevande probiotiche", "it"),
        ("Fornitura tessuti cotone per peluche", "it"),
        ("Pannelli acustici da micelio", "it"),
        ("Tecnologia per negozi non presidiati h24", "it"),
        ("Soluzione energetica da PEX riciclato", "it"),
        ("Startup olandese offre batterie ferro-aria", "it"),
        ("Austrian SME is seeking industrial partners in the field of aluminum etching", "en"),
        ("High-density electroencephalogram (EEG) for babies", "en"),
        ("Wooden packaging machinery", "en"),
        ("Chilean bioconstruction company", "en"),
        ("Plasma coating of surgical instruments", "en"),
    ],
)
def test_short_titles_are_told_apart(text: str, language: str) -> None:
    assert detect(text, "it") == detect(text, "en") == language


@pytest.mark.parametrize("text", ["", "   ", "5G", "42", "!!!"])
def test_what_tells_nothing_gets_the_default(text: str) -> None:
    assert detect(text, "it") == "it"
    assert detect(text, "en") == "en"


def test_real_profiles_are_told_apart(real_data) -> None:
    import json

    def titles(name: str) -> list[str]:
        lines = (real_data / name).read_text(encoding="utf-8").splitlines()
        return [json.loads(line)["title"] for line in lines]

    italian = [detect(title, "en") for title in titles("een/profiles.it.jsonl")]
    english = [detect(title, "it") for title in titles("een/requests.en.jsonl") + titles("cordis/proposals.jsonl")]
    assert italian.count("it") / len(italian) > 0.98
    assert english.count("en") / len(english) > 0.98


def test_italian_is_analysed_without_elisions_accents_stop_words_and_endings() -> None:
    assert analyse("L'azienda cerca dell’acciaio e i motori", "it") == analyse("azienda cercare acciaio motore", "it")
    assert analyse("Università e qualità", "it") == analyse("universita' e qualita", "it")
    assert analyse("il di e per con", "it") == []


def test_english_is_analysed_without_possessives_stop_words_and_endings() -> None:
    assert analyse("The company's motors aren't tested", "en") == ["en:compani", "en:motor", "en:test"]


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("PM2.5", "pm2.5"),
        ("PM 2,5", "pm2.5"),
        ("5G", "5g"),
        ("H2", "h2"),
        ("CO₂", "co2"),
        ("ISO 9001", "iso9001"),
        ("ISO9001", "iso9001"),
        ("TRL 6", "trl6"),
        ("3,5", "3.5"),
        ("2030", "2030"),
    ],
)
def test_numbers_and_codes_stay_whole_in_both_languages(text: str, token: str) -> None:
    assert analyse(text, "it") == [f"it:{token}"]
    assert analyse(text, "en") == [f"en:{token}"]


def test_thousands_are_read_as_each_language_writes_them() -> None:
    assert analyse("10.000 pezzi", "it")[0] == "it:10000"
    assert analyse("10,000 pieces", "en")[0] == "en:10000"


def test_tokens_carry_their_language() -> None:
    assert {token_language(token) for token in analyse("robot industriali 5G", "it")} == {"it"}


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="'fr'"):
        analyse("bonjour", "fr")


def test_folding_writes_letters_plainly() -> None:
    assert fold("Perché ÀÈ ﬁne m²") == "perche ae fine m2"
    assert words_of("L’e-health, CO₂") == ["l", "e", "health", "co2"]


def test_a_word_of_any_length_gives_a_token_of_bounded_length() -> None:
    assert len(analyse("x" * 10_000, "en")[0]) < 50
