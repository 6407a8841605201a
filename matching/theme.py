"""Which trees of codes tell competences, and which tell themes: S3 areas, ecosystems, goals, EEN markets."""

from __future__ import annotations

THEME_TREES = ("s3_2014", "s3_2021", "sdg", "een_market")
VOCABULARY = "competence"
"""The tree of the competence vocabulary."""
COMPETENCE_TREES = (VOCABULARY, "een_technology")
NOTHING_SAID = (("een_market", "09"),)
"""Codes that mean "other": they join what has nothing in common."""
