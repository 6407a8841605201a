"""How a delivery can fail. Messages hold codes only: what a server answers may quote an address."""

from __future__ import annotations

from matching.errors import MatchingError


class DeliveryError(MatchingError):
    """A letter did not go out."""


class RefusedError(DeliveryError):
    """It will never go out as it is: a wrong address, a refusal for good."""


class LaterError(DeliveryError):
    """It did not go out now and may later: the server was busy or out of reach."""


class UncertainError(DeliveryError):
    """The connection broke after the text was given over: nobody knows whether it went out."""
