"""Which encoder the settings name."""

from __future__ import annotations

from sqlalchemy.orm import Session, sessionmaker

from data.settings import SHIPPED_MODEL, Settings
from embeddings.encoder import Encoder


def open_encoder(settings: Settings, sessions: sessionmaker[Session]) -> Encoder:
    """Open the encoder that ABBINA_MODEL names. Raises ModelError where it cannot be had."""
    if settings.model == SHIPPED_MODEL:
        from embeddings.static_encoder import StaticEncoder

        return StaticEncoder()
    raise NotImplementedError
