"""Quality of the tagger on labelled profiles: first code among the labels, abstention, agreement of languages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from embeddings.language import LANGUAGES, Language
from jobs.encoder_quality import records, text_of
from jobs.errors import JobError
from matching.concepts import ConceptIndex
from matching.tagging.groups import Group, groups_of
from matching.tagging.prototypes import ROLE, described, unit
from matching.tagging.tagger import TextTagger

Report = dict[str, Any]
TREES: Final = {"s3_2014": "s3_2014", "s3_2021": "s3_2021", "een_technology": "tech"}
"""Tree to its key in the file of labels."""
PROFILES, LABELS, TWINS = "een/profiles.it.jsonl", "een/labels.dev.jsonl", "een/twins.en.jsonl"
_RESAMPLES: Final = 2000
_SEED: Final = 2026
_NAMES: Final = {"s3_2014": "areas 2014", "s3_2021": "ecosystems 2021", "een_technology": "technology, level 2"}


@dataclass(frozen=True, slots=True)
class Tagged:
    """The codes of each text in one tree, surest first; empty where the tagger abstains."""

    codes: tuple[tuple[str, ...], ...]


def measure(data: Path, encoder: Encoder, concepts: ConceptIndex, tagger: TextTagger) -> Report:
    """Everything that the files under `data` allow. Raises JobError where the profiles or labels are missing."""
    for name in (PROFILES, LABELS):
        if not (data / name).is_file():
            raise JobError(f"{data / name} is missing: --data names the folder that holds {PROFILES} and {LABELS}")
    texts = {record["reference"]: text_of(record) for record in records(data / PROFILES)}
    labels = [label for label in records(data / LABELS) if label["id"] in texts]
    read = [texts[label["id"]] for label in labels]
    ours = tagged(tagger, concepts, read, "it")
    plain = nearest(encoder, concepts, read)
    report: Report = {"profiles": len(labels), "encoder": encoder.name, "learnt": tagger.learnt, "trees": {}}
    for tree, key in TREES.items():
        wanted = [frozenset(label[key]) for label in labels]
        report["trees"][tree] = {"ours": _figures(ours[tree], wanted), "nearest": _figures(plain[tree], wanted)}
    if (data / TWINS).is_file():
        report["twins"] = _twins(data / TWINS, texts, concepts, tagger)
    return report


def tagged(tagger: TextTagger, concepts: ConceptIndex, texts: Sequence[str], language: Language) -> dict[str, Tagged]:
    """What the tagger says of the texts, by tree."""
    phrases = [tagger.phrases(text, language) for text in texts]
    derived = tagger.derive(tagger.encode(texts), [language] * len(texts), phrases)
    return {
        tree: Tagged(
            tuple(
                tuple(concepts.concepts[n].code for n, _ in codes if concepts.concepts[n].tree == tree)
                for _, codes in derived
            )
        )
        for tree in TREES
    }


def nearest(encoder: Encoder, concepts: ConceptIndex, texts: Sequence[str]) -> dict[str, Tagged]:
    """The plain way: the code whose label and description are nearest by cosine. It never abstains."""
    vectors = encoder.encode(texts, ROLE)
    return {group.name: _nearest(encoder, concepts, group, vectors) for group in groups_of(concepts)}


def _nearest(encoder: Encoder, concepts: ConceptIndex, group: Group, vectors: NDArray[np.float32]) -> Tagged:
    told = [concepts.concepts[number] for number in group.numbers]
    italian, english = (encoder.encode([described(concept, lang) for concept in told], ROLE) for lang in LANGUAGES)
    rows = unit(italian + english)
    return Tagged(tuple((told[place].code,) for place in (vectors @ rows.T).argmax(axis=1).tolist()))


def _figures(found: Tagged, wanted: Sequence[frozenset[str]]) -> Report:
    pairs = list(zip(found.codes, wanted, strict=True))
    first = np.array([bool(codes) and codes[0] in right for codes, right in pairs if right])
    low, high = interval(first)
    silent = [not codes for codes, right in pairs if not right]
    given = sum(len(codes) for codes, right in pairs if right)
    hits = sum(len(right.intersection(codes)) for codes, right in pairs)
    return {
        "first": float(first.mean()),
        "low": low,
        "high": high,
        "labelled": len(first),
        "answered": float(np.mean([bool(codes) for codes, right in pairs if right])),
        "precision": hits / max(given, 1),
        "recall": hits / max(sum(len(right) for right in wanted), 1),
        "unlabelled": len(silent),
        "abstained": float(np.mean(silent)) if silent else None,
    }


def interval(hits: NDArray[np.bool_]) -> tuple[float, float]:
    """The 95 % bootstrap interval of a share."""
    chance = np.random.default_rng(_SEED)
    shares = hits[chance.integers(0, len(hits), size=(_RESAMPLES, len(hits)))].mean(axis=1)
    low, high = np.percentile(shares, (2.5, 97.5))
    return float(low), float(high)


def _twins(path: Path, italian: dict[str, str], concepts: ConceptIndex, tagger: TextTagger) -> Report:
    pairs = [(text_of(record), italian.get(record["reference"].removesuffix("-EN"))) for record in records(path)]
    both = [(english, abstract) for english, abstract in pairs if abstract is not None]
    left = tagged(tagger, concepts, [english for english, _ in both], "en")
    right = tagged(tagger, concepts, [abstract for _, abstract in both], "it")
    report: Report = {"pairs": len(both)}
    for tree in TREES:
        same = [one[:1] == other[:1] for one, other in zip(left[tree].codes, right[tree].codes, strict=True)]
        report[tree] = float(np.mean(same))
    return report


def table(report: Report) -> str:
    """The report as people read it."""
    lines = [f"{report['profiles']} labelled profiles, encoder {report['encoder']}"]
    if not report["learnt"]:
        lines.append("no classifier for this encoder: prototypes alone")
    for tree, figures in report["trees"].items():
        lines += [
            "",
            f"{_NAMES[tree]} ({figures['ours']['labelled']} with a label, {figures['ours']['unlabelled']} without)",
        ]
        lines += [_line(name, figures[key]) for name, key in (("tagger", "ours"), ("nearest prototype", "nearest"))]
    if "twins" in report:
        shares = ", ".join(f"{_NAMES[tree]} {report['twins'][tree]:.2f}" for tree in TREES)
        lines += ["", f"same first code in Italian and English, {report['twins']['pairs']} profiles: {shares}"]
    return "\n".join(lines)


def _line(name: str, figures: Report) -> str:
    abstained = "" if figures["abstained"] is None else f"; none where there is no label {figures['abstained']:.2f}"
    return (
        f"  {name:<18} first code right {figures['first']:.3f} [{figures['low']:.3f}, {figures['high']:.3f}]"
        f"; answered {figures['answered']:.2f}; precision {figures['precision']:.2f}"
        f", recall {figures['recall']:.2f}{abstained}"
    )
