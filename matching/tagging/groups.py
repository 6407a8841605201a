"""Which concepts a text can be tagged with: groups of codes that compete with each other, one tree and level each."""

from __future__ import annotations

from dataclasses import dataclass

from data.models.vocabulary import Tree
from matching.concepts import ConceptIndex
from matching.theme import NOTHING_SAID

TOP, SECOND = 0, 1
_LEVELS: tuple[tuple[Tree, int, int], ...] = (
    (Tree.S3_2014, TOP, 2),
    (Tree.S3_2021, TOP, 2),
    (Tree.EEN_TECHNOLOGY, SECOND, 3),
    (Tree.EEN_MARKET, TOP, 2),
    (Tree.EEN_MARKET, SECOND, 2),
    (Tree.SDG, TOP, 3),
)
"""Tree, level (0 has no parent), most tags of it that a text gets."""


@dataclass(frozen=True, slots=True)
class Group:
    """Concepts `numbers` of one tree and level; `hidden` are places of codes that compete but are never given."""

    name: str
    tree: str
    level: int
    most: int
    numbers: tuple[int, ...]
    hidden: frozenset[int] = frozenset()

    def __len__(self) -> int:
        return len(self.numbers)


def groups_of(concepts: ConceptIndex) -> tuple[Group, ...]:
    """The groups that the loaded taxonomies have; a level that is not loaded gives none."""
    found = (_group(concepts, *level) for level in _LEVELS)
    return tuple(group for group in found if group.numbers)


def _group(concepts: ConceptIndex, tree: Tree, level: int, most: int) -> Group:
    numbers = tuple(number for number in concepts.in_tree(tree.value) if _depth(concepts, number) == level)
    silent = (
        place for place, number in enumerate(numbers) if (tree.value, concepts.concepts[number].code) in NOTHING_SAID
    )
    name = tree.value if level == _first_level(tree) else f"{tree.value}/{level + 1}"
    return Group(name, tree.value, level, most, numbers, frozenset(silent))


def _first_level(tree: Tree) -> int:
    return next(level for other, level, _ in _LEVELS if other is tree)


def _depth(concepts: ConceptIndex, number: int) -> int:
    depth = 0
    parent = concepts.parent(number)
    while parent is not None and depth <= SECOND:
        depth, parent = depth + 1, concepts.parent(parent)
    return depth
