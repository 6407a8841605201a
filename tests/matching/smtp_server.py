"""A mail server for tests: takes letters on the loopback interface, and answers what a test tells it to."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Post:
    """What the server got (`taken`: recipients and text), and how it answers; `cut` ends the connection there."""

    port: int = 0
    taken: list[tuple[list[str], str]] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    cut: str | None = None

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


class _Conversation(socketserver.StreamRequestHandler):
    post: Post

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        self.say("220 test")
        recipients: list[str] = []
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if self.post.cut == verb:
                return
            if verb in self.post.answers:
                self.say(self.post.answers[verb])
            elif verb == "DATA":
                self.say("354 go on")
                text = b"".join(iter(self.rfile.readline, b".\r\n")).decode()
                if self.post.cut == "text":
                    return
                self.post.taken.append((recipients, text))
                if self.post.cut == "answer":
                    return
                self.say(self.post.answers.get("text", "250 taken"))
            else:
                recipients = (
                    [*recipients, line[8:].strip("<>")] if verb == "RCPT" else [] if verb == "MAIL" else recipients
                )
                self.say("221 bye" if verb == "QUIT" else "250 ok")
            if verb == "QUIT":
                return


@contextmanager
def mail_server() -> Iterator[Post]:
    """A server that runs in a thread for as long as the block."""
    post = Post()
    handler = type("Conversation", (_Conversation,), {"post": post})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        post.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield post
        finally:
            server.shutdown()
            thread.join()
