"""Generations of the index on disk: built aside, verified, switched to, rolled back.

Under the root: a folder for each generation (its number), the file `current.json` that says which one serves and which
served before, and while one is being built a folder `building-…` that the next build removes. A generation is never
changed after it has got its number, and it gets it only once verified: whatever is killed when, the pointer names a
whole one. Readers keep what they opened; they poll `current_id()`, which reads one small file.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from embeddings.encoder import Encoder, Role
from embeddings.errors import GenerationError
from embeddings.language import ANALYSER_VERSION
from embeddings.plan import NewRow, SectionPlan, split_unchanged
from embeddings.section import Section
from embeddings.text import TEXT_VERSION
from embeddings.verification import check_files, check_sections
from embeddings.writing import FolderWriter, Progress, sync, write_section

__all__ = ["Generation", "GenerationStore", "NewRow", "Section", "SectionPlan", "split_unchanged"]

_FORMAT: Final = 1
_MANIFEST: Final = "manifest.json"
_POINTER: Final = "current.json"
_BUILDING: Final = "building-"
_REBUILD: Final = "run `abbina index --full`"


@dataclass(frozen=True)
class Generation:
    """An opened generation: `manifest` as written, sections mapped on first use. Safe from several threads."""

    id: str
    folder: Path
    manifest: Mapping[str, Any]
    _sections: dict[str, Section] = field(default_factory=dict, repr=False, compare=False)
    _lock: Any = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The sections, in the order in which they were planned."""
        return tuple(self.manifest["sections"])

    @property
    def extra(self) -> Mapping[str, Any]:
        """What the caller of `build` gave to be kept with the generation."""
        extra: Mapping[str, Any] = self.manifest["extra"]
        return extra

    @property
    def rows(self) -> int:
        """How many rows all sections have together."""
        return sum(len(self.section(name)) for name in self.names)

    def section(self, name: str) -> Section:
        """The section `name`. Raises GenerationError where there is none, or its files are damaged."""
        entry = self.manifest["sections"].get(name)
        if entry is None:
            raise GenerationError(f"index {self.id} has no section {name} (but {', '.join(self.names)}); {_REBUILD}.")
        with self._lock:
            if name not in self._sections:
                self._sections[name] = Section.open(self.folder / name, name, Role(entry["role"]), entry["attributes"])
            return self._sections[name]

    def require(self, encoder: Encoder) -> None:
        """Raise GenerationError unless `encoder` and this version of the code made this generation."""
        made = self.manifest["model"]
        wrong = [
            f"{what} {was} there, {now} here"
            for what, was, now in (
                (
                    "model",
                    f"{made['name']} ({made['fingerprint'][:12]})",
                    f"{encoder.name} ({encoder.fingerprint[:12]})",
                ),
                ("dimension", made["dimension"], encoder.dimension),
                ("text version", self.manifest["text_version"], TEXT_VERSION),
                ("analyser version", self.manifest["analyser_version"], ANALYSER_VERSION),
            )
            if (was != now if what != "model" else made["fingerprint"] != encoder.fingerprint)
        ]
        if wrong:
            raise GenerationError(f"index {self.id} was made otherwise: {'; '.join(wrong)}; {_REBUILD}.")


class GenerationStore:
    """The generations under `root`. Any number of readers; one writer at a time, held by a file lock."""

    def __init__(self, root: Path) -> None:
        self.root = Path(root)

    def build(
        self,
        plans: Sequence[SectionPlan],
        encoder: Encoder,
        previous: Generation | None = None,
        extra: Mapping[str, Any] | None = None,
        progress: Progress | None = None,
    ) -> str:
        """Build a generation aside, verify it, give it its number; return that. It does not serve until `activate`.

        `previous` is needed where a plan keeps rows. Only new rows are encoded and analysed. Raises GenerationError
        where another build is under way, `previous` was made by another model, or the verification fails; what was
        half-built is then removed.
        """
        if previous is not None:
            previous.require(encoder)
        _check_names(plans)
        with self._locked():
            self._remove_half_built()
            aside = self.root / f"{_BUILDING}{os.getpid()}"
            try:
                self._write(aside, plans, encoder, previous, dict(extra or {}), progress)
                _verify(aside)
            except BaseException:
                shutil.rmtree(aside, ignore_errors=True)
                raise
            number = f"{max([0, *map(int, self.ids()), *map(int, self._history())]) + 1:06d}"
            aside.rename(self.root / number)
            sync(self.root)
        return number

    def ids(self) -> tuple[str, ...]:
        """The generations on disk, oldest first; each was whole and verified when built."""
        if not self.root.is_dir():
            return ()
        return tuple(sorted(path.name for path in self.root.iterdir() if path.name.isdecimal() and path.is_dir()))

    def current_id(self) -> str | None:
        """The generation that serves, None before the first. Cheap enough to ask at every request."""
        history = self._history()
        return history[-1] if history else None

    def current(self, encoder: Encoder | None = None) -> Generation:
        """Open the generation that serves; see `open`. Raises GenerationError where there is none yet."""
        number = self.current_id()
        if number is None:
            raise GenerationError(f"no index in {self.root}: run `abbina index`.")
        return self.open(number, encoder)

    def open(self, number: str, encoder: Encoder | None = None) -> Generation:
        """Open a generation by number; with `encoder`, only if that made it.

        Raises GenerationError where it is missing, incomplete (files or sizes differ from the manifest) or made
        otherwise. Checksums are read by `verify` only.
        """
        generation = _open(self.root / number)
        check_files(generation.folder, generation.manifest["files"], checksums=False)
        if encoder is not None:
            generation.require(encoder)
        return generation

    def verify(self, number: str) -> None:
        """Check files, checksums, counts and a sample of self-queries. Raises GenerationError saying what is wrong."""
        _verify(self.root / number)

    def activate(self, number: str) -> None:
        """Let `number` serve from now on: one atomic replacement of the pointer."""
        with self._locked():
            self.open(number)
            history = [past for past in self._history() if past != number]
            self._point([*history, number])

    def rollback(self) -> str:
        """Go back to the generation that served before, verified first; return it. GenerationError where none is."""
        with self._locked():
            history = self._history()
            present = [number for number in history[:-1] if number in self.ids()]
            if not present:
                raise GenerationError(f"no earlier index in {self.root} to go back to; {_REBUILD}.")
            _verify(self.root / present[-1])
            self._point(present)
        return present[-1]

    def prune(self, keep: int) -> tuple[str, ...]:
        """Remove all but the last `keep` generations that served; return the removed. The current one stays."""
        if keep < 1:
            raise GenerationError(f"keep={keep}: at least the generation that serves has to stay.")
        with self._locked():
            history = self._history()
            if not history:
                return ()
            kept = history[-keep:]
            self._point(kept)
            removed = tuple(number for number in self.ids() if number not in kept)
            for number in removed:
                shutil.rmtree(self.root / number)
        return removed

    def _write(
        self,
        aside: Path,
        plans: Sequence[SectionPlan],
        encoder: Encoder,
        previous: Generation | None,
        extra: dict[str, Any],
        progress: Progress | None,
    ) -> None:
        aside.mkdir()
        writer = FolderWriter(aside)
        sections = {}
        for plan in plans:
            before = previous.section(plan.name) if previous is not None and plan.name in previous.names else None
            sections[plan.name] = write_section(writer, plan, encoder, before, progress)
        manifest = {
            "format": _FORMAT,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "model": {"name": encoder.name, "fingerprint": encoder.fingerprint, "dimension": encoder.dimension},
            "text_version": TEXT_VERSION,
            "analyser_version": ANALYSER_VERSION,
            "sections": sections,
            "files": dict(writer.files),
            "extra": extra,
        }
        writer.json(_MANIFEST, manifest)
        writer.sync()
        for folder in (aside, *(aside / plan.name for plan in plans)):
            sync(folder)

    def _remove_half_built(self) -> None:
        for path in self.root.glob(f"{_BUILDING}*"):
            shutil.rmtree(path)

    def _history(self) -> list[str]:
        path = self.root / _POINTER
        try:
            history = json.loads(path.read_text(encoding="utf-8"))["history"]
        except FileNotFoundError:
            return []
        except (ValueError, KeyError, TypeError) as error:
            raise GenerationError(f"{path} is damaged ({error}); remove it and {_REBUILD}.") from error
        return [str(number) for number in history]

    def _point(self, history: list[str]) -> None:
        aside = self.root / f"{_POINTER}.new"
        with aside.open("w", encoding="utf-8") as file:
            json.dump({"history": history}, file)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.root / _POINTER)
        sync(self.root)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise GenerationError(f"{self.root}: another build or switch is under way; try again later.") from error
            yield


def _check_names(plans: Sequence[SectionPlan]) -> None:
    names = [plan.name for plan in plans]
    wrong = [name for name in names if not name.replace(".", "").replace("_", "").isalnum() or names.count(name) > 1]
    if wrong:
        raise GenerationError(f"section name {wrong[0]!r}: letters, digits, dots and underscores, each name once.")


def _open(folder: Path) -> Generation:
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GenerationError(f"index {folder.name} in {folder.parent}: {error}; {_REBUILD}.") from error
    if manifest.get("format") != _FORMAT:
        raise GenerationError(f"index {folder.name} has format {manifest.get('format')}, not {_FORMAT}; {_REBUILD}.")
    return Generation(folder.name, folder, manifest)


def _verify(folder: Path) -> None:
    generation = _open(folder)
    check_files(folder, generation.manifest["files"], checksums=True)
    check_sections({name: generation.section(name) for name in generation.names}, generation.manifest)
