"""The page in a Firefox of the system: a run from the server, both languages, all views, a hand-out."""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.takeaway import player
from model.scenario import make_scenario
from model.text import text
from results.recording import record, recorder_of
from tests.app.browser.marionette import Firefox, firefox

pytestmark = pytest.mark.unit

DATE = 'document.querySelector("#view-play .player .date")?.textContent'
CHARTS = 'document.querySelectorAll("#view-play .chart svg").length'
COMPLAINTS = "return window.complaints ?? null;"
LISTEN = """
window.complaints = [];
for (const kind of ["error", "unhandledrejection", "securitypolicyviolation"])
  window.addEventListener(kind, (event) =>
    window.complaints.push(String(event.message ?? event.reason ?? event.violatedDirective)));
"""


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """A window of the system's Firefox."""
    with firefox(os.environ["BAREFOOT_FIREFOX"], tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def test_a_run_plays_in_both_languages_and_every_view_opens(window: Firefox, address: str) -> None:
    window.open(f"{address}/?language=en")
    window.run(LISTEN)
    window.wait(f"{CHARTS} === 4")
    assert window.run(f"return {DATE};") == "Dec 2020"
    asked = httpx.post(f"{address}/api/runs", json={"world": "teaching"}).json()["id"]
    active = httpx.get(f"{address}/api/jobs/{asked}/summary").json()["villages_active"]["value"]
    label = window.run('return document.querySelector("#view-play canvas.map").getAttribute("aria-label");')
    assert f"{active} a trained worker" in label
    window.run('document.querySelector("button.language").click();')
    window.wait(f'{DATE} === "2020年12月"')
    for view, shown in (("compare", "td.verdict"), ("child", ".who"), ("lessons", ".question")):
        window.run(f'document.getElementById("tab-{view}").click();')
        window.wait(f'document.querySelector("#view-{view} {shown}")?.textContent.trim()')
    assert window.run(COMPLAINTS) == []


def test_a_hand_out_plays_from_a_file(window: Firefox, tmp_path: Path) -> None:
    messages = record(recorder_of(make_scenario("four_villages", until="2012-06")))
    file = tmp_path / "barefoot.html"
    file.write_text(player(messages, "zh"), encoding="utf-8")
    window.open(file.as_uri())
    window.wait(f"{CHARTS} === 4")
    status = window.run('return document.querySelector("#view-play .status").textContent;')
    assert text("app.done", "zh", n=len(messages) - 1) in status
