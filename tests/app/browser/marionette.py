"""Drives a Firefox of the system by the protocol that it speaks itself (Marionette): nothing to install.

What drives Chromium in the other tests wants a Firefox of its own making, which no package system has.
"""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PATIENCE_SECONDS = 60
PREFERENCES = """\
user_pref("marionette.port", {port});
user_pref("ui.prefersReducedMotion", 1);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
"""


class Firefox:
    """A window of Firefox; scripts are run in its page."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection, self._number = connection, 0
        self._answer()
        self.ask("WebDriver:NewSession", {"capabilities": {"alwaysMatch": {}}})

    def ask(self, command: str, parameters: dict[str, Any]) -> Any:
        """Send a command and return its result."""
        self._number += 1
        message = json.dumps([0, self._number, command, parameters]).encode()
        self._connection.sendall(b"%d:%s" % (len(message), message))
        _, number, error, result = self._answer()
        assert number == self._number
        assert error is None, error
        return result

    def _answer(self) -> Any:
        size = b""
        while not size.endswith(b":"):
            size += self._some(1)
        content = b""
        while len(content) < int(size[:-1]):
            content += self._some(int(size[:-1]) - len(content))
        return json.loads(content)

    def _some(self, size: int) -> bytes:
        part = self._connection.recv(size)
        assert part, "Firefox has ended"
        return part

    def open(self, address: str) -> None:
        """Go to a page."""
        self.ask("WebDriver:Navigate", {"url": address})

    def run(self, script: str) -> Any:
        """Return what a script returns."""
        return self.ask("WebDriver:ExecuteScript", {"script": script, "args": []})["value"]

    def wait(self, condition: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until an expression is true in the page."""
        end = time.monotonic() + seconds
        while not self.run(f"return Boolean({condition});"):
            assert time.monotonic() < end, f"not in {seconds:.0f} s: {condition}"
            time.sleep(0.1)


@contextmanager
def firefox(program: str, profile: Path) -> Iterator[Firefox]:
    """Start a Firefox without a screen, with an empty profile; end it afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (profile / "user.js").write_text(PREFERENCES.format(port=port), encoding="utf-8")
    command = [program, "--headless", "--marionette", "--no-remote", "--profile", str(profile)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with _connected(port, process) as connection:
            connection.settimeout(PATIENCE_SECONDS)
            yield Firefox(connection)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _connected(port: int, process: subprocess.Popen[bytes]) -> socket.socket:
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_SECONDS)
        except OSError:
            assert process.poll() is None, "Firefox did not start"
            assert time.monotonic() < end, "Firefox does not answer"
            time.sleep(0.1)
