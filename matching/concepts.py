"""The taxonomies in memory: labels, relatedness inside a tree, links between trees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from matching.types import Code

PARENT_OR_CHILD = 0.6
SIBLING = 0.35
EEN_TREES = ("een_technology", "een_market")
_EEN_LEVELS = (5, 2)


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept of a taxonomy; `parent` is the parent's code in the same tree.

    One that is not `current` stands in another version than the one in force: what was tagged with it stays readable.
    """

    tree: str
    code: str
    label_it: str
    label_en: str
    parent: str | None = None
    synonyms_it: tuple[str, ...] = ()
    synonyms_en: tuple[str, ...] = ()
    description_it: str | None = None
    description_en: str | None = None
    current: bool = True


class ConceptIndex:
    """Concepts by number. Numbers hold only as long as the object: what is stored are (tree, code) pairs."""

    def __init__(
        self,
        concepts: Sequence[Concept],
        links: Mapping[tuple[str, str], Sequence[tuple[str, str, float]]] | None = None,
    ) -> None:
        self.concepts = tuple(concepts)
        self._numbers = {(concept.tree, concept.code): number for number, concept in enumerate(self.concepts)}
        self._children: dict[int, list[int]] = defaultdict(list)
        for number in range(len(self.concepts)):
            parent = self.parent(number)
            if parent is not None:
                self._children[parent].append(number)
        self._links = {
            self._numbers[key]: tuple(
                (self._numbers[tree, code], weight) for tree, code, weight in targets if (tree, code) in self._numbers
            )
            for key, targets in (links or {}).items()
            if key in self._numbers
        }

    def __len__(self) -> int:
        return len(self.concepts)

    def same_as(self, other: ConceptIndex) -> bool:
        """Whether both have the same concepts by the same numbers, with the same links."""
        return self.concepts == other.concepts and self._links == other._links

    def number(self, tree: str, code: str) -> int | None:
        """The concept's number. An EEN code of a level that is not loaded stands for its nearest loaded parent."""
        found = self._numbers.get((tree, code))
        if found is None and tree in EEN_TREES:
            shorter = (code[:length] for length in _EEN_LEVELS if len(code) > length)
            found = next((self._numbers[tree, part] for part in shorter if (tree, part) in self._numbers), None)
        return found

    def numbers(self, codes: Iterable[tuple[str, str, float]]) -> list[tuple[int, float]]:
        """Numbers and weights of the known among (tree, code, weight); of the same concept the greatest weight."""
        best: dict[int, float] = {}
        for tree, code, weight in codes:
            number = self.number(tree, code)
            if number is not None:
                best[number] = max(weight, best.get(number, 0.0))
        return sorted(best.items())

    def parent(self, number: int) -> int | None:
        """Number of the parent, or None at the top."""
        concept = self.concepts[number]
        return None if concept.parent is None else self._numbers.get((concept.tree, concept.parent))

    def related(self, number: int) -> dict[int, float]:
        """Concepts related to this one inside its tree: itself 1, parent and children less, siblings least."""
        related = dict.fromkeys(self._children[number], PARENT_OR_CHILD)
        parent = self.parent(number)
        if parent is not None:
            related |= dict.fromkeys(self._children[parent], SIBLING)
            related[parent] = PARENT_OR_CHILD
        related[number] = 1.0
        return related

    def linked(self, number: int) -> tuple[tuple[int, float], ...]:
        """Concepts of other trees that this one is linked to, with the weight of each link."""
        return self._links.get(number, ())

    def in_tree(self, tree: str) -> list[int]:
        """Numbers of the current concepts of one tree, in the order of the taxonomy."""
        return [number for number, concept in enumerate(self.concepts) if concept.tree == tree and concept.current]

    def code(self, number: int) -> Code:
        """The concept as it is shown."""
        concept = self.concepts[number]
        return Code(concept.tree, concept.code, concept.label_it, concept.label_en)

    def label(self, tree: str, code: str, language: str) -> str:
        """Label of a stored code; the code itself where no taxonomy has it."""
        number = self._numbers.get((tree, code))
        return code if number is None else self.code(number).label(language)
