"""Headers under which files from outside are handed out: saved, never shown or run as part of a page."""

from __future__ import annotations

from urllib.parse import quote


def download_headers(upload_name: str, media_type: str) -> dict[str, str]:
    """Headers for a stored file: its name in ASCII and, by RFC 6266 and 8187, in full."""
    plain = "".join(character if _is_plain(character) else "_" for character in upload_name)
    full = quote(upload_name, safe="!#$&+-.^_`|~", errors="replace")
    return {
        "Content-Type": media_type,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{full}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "private, no-store",
    }


def _is_plain(character: str) -> bool:
    return " " <= character <= "~" and character not in '"\\%/'
