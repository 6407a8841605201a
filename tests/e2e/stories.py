"""A story told in several browsers: who sits before which, the letters that arrive, and pictures for whoever looks."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from itertools import count
from pathlib import Path

from playwright.sync_api import Browser, Page

from jobs.follow_up import send_letters, write_letters
from matching.bootstrap import Application
from tests.e2e.people import People

PICTURES = "STORY_PICTURES"
"""A folder for pictures of the main stations; none are taken where the variable is missing."""
TELEPHONE = 390
_HEIGHT = 900
_PATIENCE_MS = 20_000
_LINK = re.compile(r"https?://\S+")


@dataclass
class Story:
    """One story at one width; `name` begins the names of its pictures."""

    name: str
    browser: Browser
    people: People
    region: Application
    width: int = 1280
    complaints: list[str] = field(default_factory=list)
    _stations: Iterator[int] = field(default_factory=lambda: count(1))

    @contextmanager
    def before(self, persona: str = "stranger") -> Iterator[Page]:
        """A browser of its own in which that persona is signed in."""
        context = self.people.context(
            self.browser, persona, viewport={"width": self.width, "height": _HEIGHT}, base_url=self.people.address
        )
        context.set_default_timeout(_PATIENCE_MS)
        page = context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", lambda answer: self._listen(answer.status, answer.url))
        page.on("console", lambda said: self._complain(said.type, said.text))
        try:
            yield page
        except Exception:
            self._picture(page, f"{next(self._stations):02}-failed-{persona}", self.width)
            raise
        finally:
            context.close()

    def _listen(self, status: int, url: str) -> None:
        if status == 404 or status >= 500:
            self.complaints.append(f"{status} {url}")

    def _complain(self, kind: str, text: str) -> None:
        if kind == "error" and "status of 4" not in text:
            self.complaints.append(text)

    def letter(self, email: str, saying: str = "") -> str:
        """The text of the latest letter to an address that says something, after what waits has been delivered."""
        write_letters(self.region, digests=False)
        send_letters(self.region)
        files = sorted(self.region.settings.letters_dir.glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        for file in reversed(files):
            found = message_from_bytes(file.read_bytes(), policy=policy.default)
            text = found.get_body(("plain",)).get_content()  # type: ignore[union-attr]
            if email in str(found["To"]) and saying in text + str(found["Subject"]):
                return str(text)
        raise AssertionError(f"no letter to {email} says {saying!r}")

    def link(self, email: str, part: str) -> str:
        """The link with that part in the latest letter to an address that has one."""
        return next(link for link in _LINK.findall(self.letter(email, part)) if part in link)

    def station(self, page: Page, name: str) -> None:
        """The page, once it is there, fits its window; where pictures are wanted, it is taken on a telephone, too."""
        page.wait_for_load_state()
        number = next(self._stations)
        self._take(page, f"{number:02}-{name}", self.width)
        if os.environ.get(PICTURES) and self.width > TELEPHONE:
            page.set_viewport_size({"width": TELEPHONE, "height": _HEIGHT})
            self._take(page, f"{number:02}-{name}", TELEPHONE)
            page.set_viewport_size({"width": self.width, "height": _HEIGHT})

    def _take(self, page: Page, name: str, width: int) -> None:
        self._picture(page, name, width)
        fits = page.locator("html").evaluate("(root) => root.scrollWidth <= window.innerWidth")
        assert fits, f"{name} scrolls sideways at {width} px"

    def _picture(self, page: Page, name: str, width: int) -> None:
        folder = os.environ.get(PICTURES)
        if folder:
            page.screenshot(path=Path(folder) / f"{self.name}-{name}-{width}.png", full_page=True)


def sign_in(page: Page, email: str, password: str) -> None:
    """Sign in by the form, as people do."""
    page.goto("/login")
    page.get_by_label("Indirizzo e-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Accedi").click()
