"""Codes as files give them -> (tree, code) as the taxonomies have them, and declared terms -> competences."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Concept
from data.models.vocabulary import Tree

# Widths of the official codes first; the shorter ones are those of the keyword lists in use since 2022.
_WIDTHS = (3, 6, 9, 2, 5, 8)
THEME_TREES = (Tree.S3_2014, Tree.S3_2021, Tree.SDG, Tree.EEN_TECHNOLOGY)
_TREES = {tree.value for tree in Tree}
_NOT_RELEVANT = {"not relevant", "non rilevante", "not applicable", "none", "nessuno"}


def fold(text: str) -> str:
    """`text` for comparison: no case, no accents, hyphens and underscores as spaces."""
    bare = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return re.sub(r"[\s_\-]+", " ", bare).strip().casefold()


@dataclass(frozen=True, slots=True)
class Code:
    """A code in its tree; `known` tells whether the taxonomy has it."""

    tree: Tree
    code: str
    known: bool


@dataclass(frozen=True)
class CodeBook:
    """All codes and names of the loaded taxonomies, for look-up."""

    codes: Mapping[Tree, frozenset[str]] = field(default_factory=dict)
    labels: Mapping[Tree, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def load(cls, session: Session) -> CodeBook:
        """The codebook of the taxonomies in the database."""
        columns = (Concept.tree, Concept.code, Concept.label_it, Concept.label_en)
        rows = session.execute(select(*columns, Concept.synonyms_it, Concept.synonyms_en).order_by(Concept.id)).all()
        codes: dict[Tree, set[str]] = {}
        labels: dict[Tree, dict[str, str]] = {}
        for rank in (0, 1, 2):  # a code outranks a label, a label a synonym
            for tree, code, label_it, label_en, synonyms_it, synonyms_en in rows:
                codes.setdefault(Tree(tree), set()).add(code)
                names = ([code], [label_it, label_en], [*(synonyms_it or []), *(synonyms_en or [])])[rank]
                for name in names:
                    labels.setdefault(Tree(tree), {}).setdefault(fold(name), code)
        return cls({tree: frozenset(found) for tree, found in codes.items()}, labels)

    def has(self, tree: Tree, code: str) -> bool:
        """Whether `code` is in `tree`."""
        return code in self.codes.get(tree, frozenset())

    def keyword(self, tree: Tree, text: str) -> Code:
        """The EEN keyword that `text` gives: a code (leading zeros restored), `code - label`, or a label."""
        text = text.strip()
        labelled = self.labels.get(tree, {}).get(fold(text))
        if labelled is not None and not text.isdigit():
            return Code(tree, labelled, True)
        leading = re.match(r"(\d[\d.]*\d|\d)(?=$|[\s:;,\-–])", text)
        digits = re.sub(r"\D", "", re.sub(r"\.0$", "", leading.group())) if leading else ""
        if not digits:
            return Code(tree, text, False)
        padded = self._padded(tree, digits)
        if padded is not None:
            return Code(tree, padded, True)
        return Code(tree, digits, False)

    def _padded(self, tree: Tree, digits: str) -> str | None:
        if self.has(tree, digits):
            return digits
        candidates = (digits.zfill(width) for width in _WIDTHS if width > len(digits))
        return next((code for code in candidates if self.has(tree, code)), None)

    def goal(self, text: str) -> Code | None:
        """The SDG that `text` gives (`7`, `07`, `SDG 7`, `Goal 7: …`); None for "not relevant"."""
        if fold(text) in _NOT_RELEVANT:
            return None
        number = re.search(r"(?<!\d)(\d{1,3})(?!\d)", text)
        if number and 1 <= int(number.group()) <= 17:
            code = f"{int(number.group()):02d}"
            return Code(Tree.SDG, code, self.has(Tree.SDG, code))
        labelled = self.labels.get(Tree.SDG, {}).get(fold(text))
        return Code(Tree.SDG, labelled or text, labelled is not None)

    def theme(self, text: str) -> Code | None:
        """The theme that `text` gives: a code or label of a tree, or `tree:code`; None where no tree has it."""
        named, _, rest = text.partition(":")
        if rest and named.strip().casefold() in _TREES:
            return self._in_tree(Tree(named.strip().casefold()), rest.strip())
        folded = fold(text)
        for tree in THEME_TREES:
            found = self.labels.get(tree, {}).get(folded)
            if found is not None:
                return Code(tree, found, True)
        goal = re.fullmatch(r"(?:SDG|OSS|goal|obiettivo)\s*-?\s*(\d{1,2})", text.strip(), re.I)
        if goal and 1 <= int(goal.group(1)) <= 17:
            return self.goal(goal.group(1))
        return None

    def _in_tree(self, tree: Tree, text: str) -> Code:
        if tree is Tree.SDG:
            return self.goal(text) or Code(tree, text, False)
        if tree in (Tree.EEN_TECHNOLOGY, Tree.EEN_MARKET):
            return self.keyword(tree, text)
        found = self.labels.get(tree, {}).get(fold(text))
        return Code(tree, found or text, found is not None)

    def competence(self, term: str) -> str | None:
        """Code of the competence whose code, label or synonym (in either language) `term` is; None for a free term."""
        return self.labels.get(Tree.COMPETENCE, {}).get(fold(term))


def unique(codes: Iterable[Code]) -> list[Code]:
    """Each (tree, code) once, in order."""
    return list({(code.tree, code.code): code for code in codes}.values())
