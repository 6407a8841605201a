from __future__ import annotations

from email.message import Message
from email.utils import collapse_rfc2231_value

import pytest
from flask import Flask, Response

from data.settings import load_settings
from web.downloads import download_headers
from web.security import init_security


@pytest.mark.parametrize("name", ["relazione.pdf", 'Però "5" €; a=b.pdf', "a\\b.pdf", "100%41.pdf", "日本.pdf"])
def test_a_file_is_offered_under_its_own_name(name: str) -> None:
    value = download_headers(name, "application/pdf")["Content-Disposition"]
    assert value.isascii()
    assert value.startswith("attachment; ")
    message = Message()
    message["Content-Disposition"] = "attachment; " + value[value.index("filename*=") :]
    assert collapse_rfc2231_value(message.get_param("filename", header="content-disposition")) == name  # type: ignore[arg-type]


def test_no_name_breaks_out_of_its_header() -> None:
    value = download_headers('a"\r\nSet-Cookie: x=1.pdf', "application/pdf")["Content-Disposition"]
    assert "\r" not in value
    assert "\n" not in value
    assert value.count('"') == 2


def test_a_file_is_never_run_or_kept_by_a_browser() -> None:
    app = Flask(__name__)
    app.secret_key = "for tests"
    init_security(app, load_settings())
    app.add_url_rule("/f", view_func=lambda: Response(b"x", headers=download_headers("a.pdf", "application/pdf")))
    headers = app.test_client().get("/f").headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-store"
