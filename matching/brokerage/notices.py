"""The privacy notice that people accept before their data go to somebody else; its text stands under /privacy."""

from __future__ import annotations

NOTICE_VERSION = "2026-11"
"""The version in force. A changed text is a new version, and stands in a template of its own."""
NOTICE_VERSIONS = ("2026-11",)
"""Every version that somebody may have accepted, the latest first."""
