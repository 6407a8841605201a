"""What surrounds the text on every page of a printed expression of interest: font, header, footer, outline."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from matching.brokerage.interest_words import Words

PLAIN, BOLD = "AbbinaSans", "AbbinaSans-Bold"
MARGIN = 20 * mm
_FILES = {PLAIN: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf"}
_QUIET = HexColor("#4a5560")


@cache
def register_fonts() -> None:
    """DejaVu Sans, as matplotlib ships it: Latin with every accent, Greek, Cyrillic, signs; embedded as far as used."""
    found = find_spec("matplotlib")
    assert found is not None
    assert found.origin is not None
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)


class PartBegins(Flowable):  # type: ignore[misc]
    """From here on pages are marked in the words of a part; the outline of the document leads to the first of them."""

    def __init__(self, words: Words, head: str) -> None:
        super().__init__()
        self.width = self.height = 0
        self._words = words
        self._head = head

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """It takes no room."""
        return 0, 0

    def draw(self) -> None:
        """Tell the canvas."""
        self.canv.marks = (self._words, self._head)


class MarkedPages(Canvas):  # type: ignore[misc]
    """Holds the pages back until all are there, so that each can say how many there are."""

    marks: tuple[Words, str] | None = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._pages: list[dict[str, Any]] = []
        self._begun: set[str] = set()

    def showPage(self) -> None:
        """Keep the page for later."""
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Mark every page, and write the document."""
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._mark(number, len(self._pages))
            super().showPage()
        super().save()

    def _mark(self, page: int, pages: int) -> None:
        if self.marks is None:
            return
        words, head = self.marks
        if words.language not in self._begun:
            self._begun.add(words.language)
            self.bookmarkPage(words.language)
            self.addOutlineEntry(words.part, words.language)
        width, height = A4
        self.setFont(PLAIN, 8)
        self.setFillColor(_QUIET)
        self.drawString(MARGIN, height - MARGIN + 2 * mm, words.heading)
        self.drawRightString(width - MARGIN, height - MARGIN + 2 * mm, head)
        self.setStrokeColor(_QUIET)
        self.setLineWidth(0.4)
        self.line(MARGIN, height - MARGIN, width - MARGIN, height - MARGIN)
        self.drawRightString(width - MARGIN, MARGIN - 6 * mm, words.page.format(page=page, pages=pages))
