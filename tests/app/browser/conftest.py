"""A browser, a server of its own process, and pages that must stay free of errors and outside requests."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_MS = 30_000
COMPILING_MS = 300_000
"""The first run may wait for the compiler."""
collect_ignore = [] if os.environ.get("BAREFOOT_FIREFOX") else ["test_firefox.py"]
"""Those in Firefox run where there is one; ``make test-app`` says so where there is none."""
LOCAL = ("data", "blob", "file")


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """The address of ``run.py app``, which must stop cleanly when it is interrupted."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "run.py", "app", "--no-browser", "--port", str(port), "--language", "en"]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    assert f":{port}/" in server.stdout.readline()
    served = f"http://127.0.0.1:{port}"
    while True:
        try:
            httpx.get(served)
            break
        except httpx.TransportError:
            time.sleep(0.05)
    asked = {"world": "four_villages", "until": "2010-06"}
    identity = httpx.post(f"{served}/api/runs", json=asked).json()["id"]
    with httpx.Client(timeout=COMPILING_MS / 1000) as client:
        client.get(f"{served}/api/jobs/{identity}")
    yield served
    server.send_signal(2)
    assert server.wait(20) in (0, 130)
    server.stdout.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch(
            executable_path=os.environ["BAREFOOT_BROWSER"], args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield opened
        opened.close()


class Watched:
    """Pages of one test; what they complained about and whom they asked."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.complaints: list[str] = []
        self.pages: list[Page] = []

    def open(self, address: str, width: int = 1280, height: int = 800, **options: object) -> Page:
        """Open a page in a window of its own."""
        context = self.browser.new_context(viewport={"width": width, "height": height}, **options)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        host = urlsplit(address).netloc
        page.on("request", lambda asked: self._check(asked.url, host))
        page.goto(address)
        self.pages.append(page)
        return page

    def _hear(self, said: ConsoleMessage) -> None:
        if said.type in ("error", "warning"):
            self.complaints.append(said.text)

    def _check(self, url: str, host: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in LOCAL and parts.netloc != host:
            self.complaints.append(f"asked {url}")


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """Open pages; none may complain."""
    made = Watched(browser)
    yield made
    for page in made.pages:
        page.context.close()
    assert made.complaints == []
