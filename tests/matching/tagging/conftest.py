"""The shipped taxonomies and the shipped model, read once: tagging needs both whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data.db import make_engine, session_factory
from embeddings.encoder import Encoder
from embeddings.static_encoder import StaticEncoder
from matching.concepts import ConceptIndex
from matching.tagging.tagger import TextTagger
from matching.taxonomies import load_concepts
from tests.databases import Templates, taxonomies


@pytest.fixture(scope="session")
def shipped_concepts(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConceptIndex]:
    """The taxonomies that ship."""
    url = f"sqlite:///{tmp_path_factory.mktemp('taxonomies') / 'abbina.db'}"
    templates.fill(url, "taxonomies", taxonomies)
    engine = make_engine(url)
    with session_factory(engine)() as session:
        yield load_concepts(session)
    engine.dispose()


@pytest.fixture(scope="session")
def shipped_encoder() -> Encoder:
    """The model that ships."""
    return StaticEncoder()


@pytest.fixture(scope="session")
def tagger(shipped_concepts: ConceptIndex, shipped_encoder: Encoder) -> TextTagger:
    """The tagger that ships."""
    return TextTagger(shipped_concepts, shipped_encoder)
