"""Names of files from outside, made harmless: to be shown and offered for download, never to become a path."""

from __future__ import annotations

import re
import unicodedata

from data.errors import UploadError, UploadFault

EXTENSIONS = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}
"""The ending of each type that is allowed."""
FALLBACK = "documento"
LONGEST = 100
_OWN_ENDING = re.compile(r"\.(pdf|png|jpe?g|jpe|jfif)$", re.IGNORECASE)
_RUNS = re.compile(
    r"\.(ade|adp|apk|app|appimage|appx|bat|bin|cgi|chm|cmd|com|command|cpl|csh|deb|desktop|"
    r"dll|dmg|elf|exe|gadget|hta|htm|html|inf|ins|iso|jar|js|jse|jsp|ksh|lib|lnk|mde|"
    r"mht|mhtml|msc|msi|msp|mst|ocx|php|phtml|pif|pkg|pl|ps1|psm1|py|pyc|rb|reg|rpm|"
    r"run|scf|scr|sct|sh|shb|shtml|svg|svgz|swf|sys|url|vb|vbe|vbs|vhd|vxd|war|wsc|wsf|"
    r"wsh|xht|xhtml|xll|xml|xsl|xslt|zip|7z|rar|gz|tar|docm|dotm|xlsm|xltm|pptm)$",
    re.IGNORECASE,
)
"""Endings by which systems choose to run a file, or what is not a document of ours; refused where a name ends so."""
_FORBIDDEN = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])(\.|$)", re.IGNORECASE)


def clean_name(declared: str | None, media_type: str) -> str:
    """A name of at most 100 characters, in NFC, ending as `media_type` asks.

    No parts of a path, no control or direction-changing characters, none that Windows forbids or reserves, no leading
    dot; "documento" where nothing is left. Raises UploadError (not_allowed_type) where the name ends like a program.
    """
    name = _visible(re.split(r"[/\\]", declared or "")[-1])
    name = _FORBIDDEN.sub("_", re.sub(r"\s+", " ", name)).rstrip(". ")
    if _RUNS.search(name):
        raise UploadError(UploadFault.NOT_ALLOWED_TYPE, "its name ends like a program's")
    while ending := _OWN_ENDING.search(name):
        name = name[: ending.start()].rstrip(". ")
    name = name.lstrip(". ")
    if _RESERVED.match(name):
        name = f"_{name}"
    extension = EXTENSIONS[media_type]
    return (name[: LONGEST - len(extension)].rstrip(". ") or FALLBACK) + extension


def _visible(name: str) -> str:
    """Without control, format (bidi), surrogate, private and unassigned characters; line separators become spaces."""
    kept = (
        " " if character.isspace() else character
        for character in unicodedata.normalize("NFC", name)
        if character in "\t\n\r" or not unicodedata.category(character).startswith("C")
    )
    return "".join(kept)
