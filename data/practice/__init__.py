"""The practice set: fictional proposals of a network, organisations and judgements among near misses, for learning."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent
