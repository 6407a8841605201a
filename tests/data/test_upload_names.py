from __future__ import annotations

import unicodedata

import pytest

from data.errors import UploadError, UploadFault
from data.upload_names import clean_name

NAMES = {
    "relazione.pdf": "relazione.pdf",
    "Però 2026 (v1.2).PDF": "Però 2026 (v1.2).pdf",
    "Perizia Dott.Rossi": "Perizia Dott.Rossi.pdf",
    "foto.png": "foto.pdf",
    "a.pdf.pdf": "a.pdf",
    "../../etc/passwd": "passwd.pdf",
    "C:\\Users\\anna\\..\\cv.pdf": "cv.pdf",
    "/": "documento.pdf",
    "": "documento.pdf",
    None: "documento.pdf",
    "..": "documento.pdf",
    ".pdf": "documento.pdf",
    ".htaccess": "htaccess.pdf",
    "a\0b\nc\x7f.pdf": "ab c.pdf",
    "fattura\u202efdp.pdf": "fatturafdp.pdf",
    "\u2066\u200b\ufeffnome\u2069.pdf": "nome.pdf",
    unicodedata.normalize("NFD", "più.pdf"): "più.pdf",
    "con.pdf": "_con.pdf",
    "NUL": "_NUL.pdf",
    "Com1.relazione.pdf": "_Com1.relazione.pdf",
    "lpt¹.pdf": "_lpt¹.pdf",
    "conto.pdf": "conto.pdf",
    'a<b>:"c|?*.pdf': "a_b___c___.pdf",
    "  spazi   molti . pdf": "spazi molti . pdf.pdf",
    "\ud800x.pdf": "x.pdf",
}


@pytest.mark.parametrize("declared", NAMES, ids=ascii)
def test_names_are_made_harmless(declared: str | None) -> None:
    assert clean_name(declared, "application/pdf") == NAMES[declared]


def test_a_name_has_at_most_a_hundred_characters_and_the_ending_of_its_type() -> None:
    for media_type, ending in (("image/jpeg", ".jpg"), ("image/png", ".png")):
        name = clean_name("è" * 300 + ".pdf", media_type)
        assert len(name) == 100
        assert name.endswith("è" + ending)


@pytest.mark.parametrize(
    "declared", ["report.pdf.exe", "a.pdf.JS", "a.svg", "a.html", "b.jar", "a.exe. ", "a.\u202eexe"]
)
def test_names_that_end_like_a_program_are_refused(declared: str) -> None:
    with pytest.raises(UploadError) as refused:
        clean_name(declared, "application/pdf")
    assert refused.value.code is UploadFault.NOT_ALLOWED_TYPE
