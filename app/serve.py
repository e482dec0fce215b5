"""Serving the application on this machine until the user stops it."""

import socket
import threading
import webbrowser

import uvicorn

from app.limits import Limits
from app.server import make_app
from model.problems import InputError, Problem
from model.text import text

HOST = "127.0.0.1"
SECONDS_TO_CLOSE = 2


def serve(limits: Limits, port: int, browser: bool, language: str) -> None:
    """Serve the page until Ctrl-C.

    Raises
    ------
    InputError
        If the port is taken.
    """
    listener = _listen(port)
    address = f"http://{HOST}:{port}/?language={language}"
    print(text("app.serving", language, address=address), flush=True)  # noqa: T201 - what the user looks for
    if browser:
        threading.Timer(0.5, webbrowser.open, [address]).start()
    config = uvicorn.Config(
        make_app(limits),
        log_level="warning",
        timeout_graceful_shutdown=SECONDS_TO_CLOSE,
        lifespan="on",
        ws="none",
        server_header=False,
    )
    with listener:
        uvicorn.Server(config).run(sockets=[listener])


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise InputError([Problem("app.problem.port", {"port": port})]) from error
    return listener
