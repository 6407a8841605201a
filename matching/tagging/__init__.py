"""Tagging a text with codes of the taxonomies, each with a confidence and the words that speak for it.

Three sources speak: phrases of the competence vocabulary and their links (`matching.competence`), prototypes that an
encoder makes of each concept's own words (`prototypes`), and a linear classifier that learns from what people declared
and decided (`weights`, `fitting`, `learning`). `tagger.TextTagger` is the one that others use.
"""
