"""Small rules of writing that several pages share."""

from __future__ import annotations


def capitalised(label: str) -> str:
    """With a capital letter, as taxonomies write theirs or not; words like pH and mRNA stay as they are."""
    first = label.split(" ", 1)[0]
    return label if first[1:] != first[1:].lower() else label[:1].upper() + label[1:]
