"""Addresses that take a file: their requests may be larger than a form, and are measured before anything is read."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import Any, TypeVar

from flask import Flask, current_app, request
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from data.uploads import FileStore, Upload, UploadLimits, read_upload
from web.context import application

View = TypeVar("View", bound=Callable[..., Any])
_TOO_LARGE = "abbina_too_large"
_FORM_AROUND = 64 * 1024
"""Bytes that a form has beside its file."""


def takes_a_file(too_large: Callable[..., Response]) -> Callable[[View], View]:
    """Let a view take a file as large as the settings allow; `too_large`, with the address's values, answers others."""

    def marked(view: View) -> View:
        setattr(view, _TOO_LARGE, too_large)
        return view

    return marked


def limits() -> UploadLimits:
    """How large a file may be."""
    return UploadLimits.of_megabytes(application().settings.upload_megabytes)


def file_store() -> FileStore:
    """Where the contents lie."""
    return FileStore(application().settings.upload_dir)


def sent_file() -> Upload:
    """The file of the form, looked through. Raises UploadError."""
    file = request.files.get("file")
    if file is None:
        raise BadRequest("no file was sent")
    with closing(file):
        return read_upload(file.stream, file.filename, limits=limits())


def _measure() -> Response | None:
    answer = getattr(current_app.view_functions.get(request.endpoint or ""), _TOO_LARGE, None)
    if answer is None:
        return None
    most = limits().size + _FORM_AROUND
    request.max_content_length = most
    if (request.content_length or 0) <= most:
        return None
    refused: Response = answer(**(request.view_args or {}))
    return refused


def init_uploading(app: Flask) -> None:
    """Measure what comes to addresses that take a file; to be called before anything that reads forms."""
    app.before_request(_measure)
