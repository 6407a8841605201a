"""A local server that plays the EEN partner web service, with its faults."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "a-key-that-nobody-may-see"


@dataclass
class Answer:
    """One answer out of the ordinary, given instead of the page."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    delay: float = 0.0


@dataclass
class Service:
    """The state of the server: its profiles, the faults still to come, the requests it saw."""

    url: str
    profiles: list[dict[str, Any]] = field(default_factory=list)
    faults: list[Answer] = field(default_factory=list)
    requests: list[dict[str, str]] = field(default_factory=list)
    has_next: Callable[[int, bool], Any] = lambda page, more: more
    ignores_page: bool = False

    def page(self, query: dict[str, str]) -> dict[str, Any]:
        """The page that a request asks for."""
        number, size = int(query["PageIndex"]), int(query["PageSize"])
        start = 0 if self.ignores_page else (number - 1) * size
        more = start + size < len(self.profiles)
        return {"profiles": self.profiles[start : start + size], "hasNext": self.has_next(number, more)}


@contextmanager
def een_service() -> Iterator[Service]:
    """Serve on a free port of this machine."""
    service = Service("")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            service.requests.append(query)
            answer = self._answer(parts.path, query)
            time.sleep(answer.delay)
            try:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # the client went away, as it should after its time is up

        def _answer(self, path: str, query: dict[str, str]) -> Answer:
            if self.headers.get("X-API-KEY") != KEY:
                return Answer(401)
            if path != "/v1/profiles":
                return Answer(404)
            if service.faults:
                return service.faults.pop(0)
            return Answer(body=json.dumps(service.page(query)).encode())

        def log_message(self, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
