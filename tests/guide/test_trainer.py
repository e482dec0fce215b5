"""The trainer's guide in both languages: its commands run, and the buttons and lessons it names are there."""

import re
import socket
import subprocess
import sys
import time

import httpx
import pytest
from typer.testing import CliRunner

import run
from app.lessons import read_lessons
from commands.shared import app
from model.text import text
from tests.guide.pages import commands, page_text, words_of
from tests.test_architecture import ROOT

pytestmark = pytest.mark.docs
PAGES = {"en": "trainer.md", "zh": "trainer.zh.md"}
BUTTONS = ("tab.lessons", "lesson.take", "tab.play", "lesson.run", "lesson.reveal", "tab.child")
PATIENCE_SECONDS = 60


@pytest.mark.parametrize(("language", "page"), PAGES.items())
def test_it_names_what_is_on_the_screen(language, page):
    bold = set(re.findall(r"\*\*([^*]+)\*\*", page_text(page).replace("\n", " ")))
    shown = {word.rstrip(".。") for word in bold}
    for button in BUTTONS:
        assert text(f"app.{button}", language).rstrip(".。") in shown
    for lesson in read_lessons():
        assert text(f"lesson.{lesson}.title", language) in shown


def test_both_languages_type_the_same():
    english, chinese = (commands(page) for page in PAGES.values())
    assert [line.replace("language en", "language zh") for line in english] == chinese
    assert len(english) == 3


def test_the_pages_to_print_are_made(tmp_path, monkeypatch):
    assert callable(run.main)
    monkeypatch.chdir(tmp_path)
    for line in commands(PAGES["zh"])[1:]:
        result = CliRunner().invoke(app, words_of(line, {}))
        assert result.exit_code == 0, f"{line}\n{result.output}\n{result.exception}"
    for folder in ("child", "pushed_back"):
        assert "儿童主任" in (tmp_path / "runs" / folder / "trace.html").read_text(encoding="utf-8")


def test_the_application_opens_in_the_language_asked_for():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["run.py", *words_of(commands(PAGES["zh"])[0], {}), "--no-browser", "--port", str(port)]
    server = subprocess.Popen([sys.executable, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        said = server.stdout.readline()
        assert f"http://127.0.0.1:{port}/?language=zh" in said
        assert "<title>" in answer(f"http://127.0.0.1:{port}/")
    finally:
        server.send_signal(2)
        server.wait(PATIENCE_SECONDS)
        server.stdout.close()


def answer(address):
    """What the server says, once it listens."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return httpx.get(address).text
        except httpx.TransportError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
