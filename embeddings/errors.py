"""Errors of the embeddings package; each message names the thing, the value and what to do."""

from __future__ import annotations


class EmbeddingsError(Exception):
    """Base of all errors raised by this package."""


class ModelError(EmbeddingsError):
    """A model is missing, damaged or not what was asked for."""


class VectorShapeError(EmbeddingsError):
    """Vectors of the wrong number, width or type were handed over."""


class GenerationError(EmbeddingsError):
    """A built index is missing, incomplete, damaged or made by another model."""


class TrainingDataError(EmbeddingsError):
    """Text to train on is missing, or a row of it cannot be used."""
