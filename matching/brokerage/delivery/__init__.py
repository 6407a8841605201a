"""Delivery: letters of the outbox on their way, by mail server or into a folder; never twice, never lost."""

from __future__ import annotations

from matching.brokerage.delivery.carriers import Carrier, carrier_of
from matching.brokerage.delivery.delivering import Delivered, deliver, retry_uncertain, standing

__all__ = ["Carrier", "Delivered", "carrier_of", "deliver", "retry_uncertain", "standing"]
