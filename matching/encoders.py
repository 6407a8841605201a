"""Which encoder the settings name; and the fallback, which is fitted on what is stored."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data.corpus import chunks, load_organisations, load_proposals, organisation_stamps
from data.models import Proposal
from data.settings import FALLBACK_MODEL, Settings
from embeddings.encoder import Encoder
from embeddings.errors import GenerationError, ModelError
from embeddings.generations import GenerationStore
from embeddings.loading import load_encoder
from embeddings.text import offered, organisation_passages, sought
from matching.reading import organisation_fields, proposal_fields


def open_encoder(settings: Settings, store: GenerationStore) -> Encoder:
    """Open the encoder that ABBINA_MODEL names. Raises ModelError where it cannot be had.

    Of the fallback, the one that the serving index was made with: it is fitted anew by every full index.
    """
    return load_encoder(
        settings.model,
        fitted=_serving_fallback(settings, store) if settings.model == FALLBACK_MODEL else None,
        cache=settings.vector_cache,
        device=settings.device,
        batch_size=settings.batch_size,
        download=settings.model_download,
    )


def fit_fallback(settings: Settings, sessions: sessionmaker[Session]) -> Encoder:
    """Fit the fallback on all stored texts and keep it. Raises ModelError where nothing is stored to fit it on."""
    from embeddings.tfidf_encoder import TfidfEncoder

    texts = list(_texts(sessions))
    if not texts:
        raise ModelError(f"{FALLBACK_MODEL} is fitted on the stored texts and there are none: import first")
    encoder = TfidfEncoder.fit(texts)
    encoder.save(_folder(settings) / encoder.fingerprint)
    return encoder


def drop_unused_fallbacks(settings: Settings, store: GenerationStore) -> None:
    """Remove fitted fallbacks that no index on disk was made with."""
    used = {_fingerprint(store, number) for number in store.ids()}
    for folder in _folder(settings).glob("*"):
        if folder.name not in used:
            shutil.rmtree(folder)


def drop_unused_vectors(settings: Settings, store: GenerationStore) -> None:
    """Remove cached vectors of models that no index on disk was made with."""
    if settings.vector_cache.exists():
        from embeddings.cache import VectorCache

        used = {_fingerprint(store, number) for number in store.ids()}
        VectorCache(settings.vector_cache).prune(name for name in used if name)


def _folder(settings: Settings) -> Path:
    return settings.home / "fallback"


def _serving_fallback(settings: Settings, store: GenerationStore) -> Path | None:
    number = store.current_id()
    fingerprint = None if number is None else _fingerprint(store, number)
    if fingerprint is None:
        return None
    folder = _folder(settings) / fingerprint
    return folder if folder.is_dir() else None


def _fingerprint(store: GenerationStore, number: str) -> str | None:
    try:
        return str(store.open(number).manifest["model"]["fingerprint"])
    except GenerationError:
        return None


def _texts(sessions: sessionmaker[Session]) -> Iterator[str]:
    with sessions() as session:
        for chunk in chunks(stamp.id for stamp in organisation_stamps(session)):
            for organisation in load_organisations(session, chunk):
                yield from (passage.text for passage in organisation_passages(organisation_fields(organisation)))
            session.expunge_all()
        for ids in chunks(session.scalars(select(Proposal.id).order_by(Proposal.id))):
            for proposal in load_proposals(session, ids):
                fields = proposal_fields(proposal)
                yield offered(fields)
                yield sought(fields)
            session.expunge_all()
