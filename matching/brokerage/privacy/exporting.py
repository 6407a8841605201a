"""Export: everything that is stored of a person, as JSON (GDPR, articles 15 and 20)."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from data.models import Account, now
from matching.brokerage.privacy.parts import PARTS

FORMAT = 1
"""Version of the export's structure."""


def export_of(session: Session, account: Account) -> dict[str, Any]:
    """All parts by name, the account first; no secret (password, second factor, tokens) is among them."""
    parts = {part.name: part.export(session, account) for part in reversed(PARTS)}
    return {"format": FORMAT, "exported_at": now().isoformat(timespec="seconds"), **parts}
