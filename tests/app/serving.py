"""A real server on a free port in a thread of the tests, and how to talk to it."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import uvicorn

from app.limits import Limits
from app.server import make_app

HOST = "127.0.0.1"
PATIENCE_SECONDS = 300


@contextmanager
def serving(limits: Limits) -> Iterator[str]:
    """Serve the application and give its address."""
    listener = socket.socket()
    listener.bind((HOST, 0))
    server = uvicorn.Server(
        uvicorn.Config(make_app(limits), log_level="error", timeout_graceful_shutdown=1, ws="none")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://{HOST}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)
        listener.close()
        assert not thread.is_alive(), "the server did not stop"


def messages(client: httpx.Client, identity: str, last_id: int | None = None) -> tuple[list[Any], Any]:
    """Follow a job to its end; return what it said and how it ended."""
    said, ending = [], None
    headers = {} if last_id is None else {"last-event-id": str(last_id)}
    with client.stream("GET", f"/api/jobs/{identity}", headers=headers) as stream:
        event = "message"
        for line in stream.iter_lines():
            if line.startswith("event: "):
                event = line.removeprefix("event: ")
            elif line.startswith("data: "):
                content = json.loads(line.removeprefix("data: "))
                if event == "over":
                    ending = content
                elif event == "message":
                    said.append(content)
            elif not line:
                event = "message"
    return said, ending


def start(client: httpx.Client, **asked: Any) -> str:
    """Start a run and return its id."""
    answer = client.post("/api/runs", json=asked)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])
