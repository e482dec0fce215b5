"""How fast the application is, in a real browser: start, first frame, runs, frames a second.

Writes ``docs/application-speed.md``; every figure is the median of a few measurements, on the machine and at
the load that the page states. Not a test: times are a matter of the machine.

    make app-speed                   # or python -m tools.app_speed, where make browser was run
"""

import argparse
import os
import platform
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from tools.browser import NO_BROWSER, find_browser
from tools.own_packages import environment, install

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "application-speed.md"
INSIDE = "--inside"
PATIENCE_MS = 300_000
SIZE = {"width": 1920, "height": 1080}
WINDOW_SECONDS = 2.0
ZOOMS = 8
FPS = """
async (seconds) => {
  const map = document.querySelector("#view-play canvas.map");
  const begun = performance.now();
  let frames = 0;
  while (performance.now() - begun < 1000 * seconds) {
    map.dispatchEvent(new KeyboardEvent("keydown", { key: frames % 2 ? "ArrowLeft" : "ArrowRight" }));
    await new Promise(requestAnimationFrame);
    frames += 1;
  }
  return frames / ((performance.now() - begun) / 1000);
}
"""
"""Frames a second while the run plays and the map moves, so that every frame is drawn anew and whole."""


FIRST = """
() => {
  const date = document.querySelector("#view-play .player .date");
  const begun = performance.now();
  window.first = new Promise((done) => {
    const seen = new MutationObserver(() => {
      if (!/May 2010/.test(date.textContent)) return;
      seen.disconnect();
      done(performance.now() - begun);
    });
    seen.observe(date, { childList: true, characterData: true, subtree: true });
  });
}
"""
"""Notes when the first month of the next run is on the screen; it may be gone within a sixth of a second."""


class Row(NamedTuple):
    """A figure: what it is, its measurements, unit, and what the specification asks for."""

    what: str
    values: list[float]
    unit: str
    goal: str


@contextmanager
def server() -> Iterator[tuple[str, float]]:
    """Start the application; give its address and the seconds until it served its page."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begun = time.perf_counter()
    command = [sys.executable, "run.py", "app", "--no-browser", "--port", str(port), "--language", "en"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                httpx.get(address)
                break
            except httpx.TransportError:
                time.sleep(0.01)
        yield address, time.perf_counter() - begun
    finally:
        process.send_signal(2)
        process.wait(30)


def measure(times: int, say: Callable[[str], None]) -> list[Row]:
    """Measure everything; ``times`` starts and runs of each kind."""
    from playwright.sync_api import sync_playwright

    rows: dict[str, Row] = {}

    def note(what: str, value: float, unit: str, goal: str) -> None:
        rows.setdefault(what, Row(what, [], unit, goal)).values.append(value)
        say(f"{what}: {value:.2f} {unit}")

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=os.environ["BAREFOOT_BROWSER"], args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        browser.new_page().close()
        for _ in range(times):
            with server() as (address, seconds):
                note("from the command to the page", seconds, "s", "< 5")
                page = browser.new_page(viewport=SIZE)
                page.set_default_timeout(PATIENCE_MS)
                begun = time.perf_counter()
                page.goto(f"{address}/?language=en")
                date = page.locator("#view-play .player .date")
                date.filter(has_text=re.compile(r"\d{4}")).wait_for()
                note("from there to the first frame of `teaching`", time.perf_counter() - begun, "s", "< 1")
                runs(page, note)
                page.close()
        with server() as (address, _):
            page = browser.new_page(viewport=SIZE)
            page.set_default_timeout(PATIENCE_MS)
            page.goto(f"{address}/?language=en")
            done(page)
            frames(page, note)
        browser.close()
    return list(rows.values())


def done(page: Any) -> None:
    """Wait until a run is complete."""
    page.locator("#view-play .status", has_text="Done").wait_for()


def runs(page: Any, note: Callable[[str, float, str, str], None]) -> None:
    """Time complete runs of the small worlds, from the button to the last month in the page."""
    done(page)
    for world, goal in (("teaching", "< 2"), ("pilot_counties", "< 20")):
        page.locator("#view-play select").first.select_option(world)
        page.get_by_label("Random seed").first.fill("7")
        page.evaluate(FIRST)
        begun = time.perf_counter()
        page.locator("#view-play").get_by_role("button", name="Run", exact=True).click()
        first = page.evaluate("first") / 1000
        done(page)
        note(f"`{world}`, 128 months, complete in the page", time.perf_counter() - begun, "s", goal)
        note(f"`{world}`, from the button to the first month", first, "s", "streams")


def frames(page: Any, note: Callable[[str, float, str, str], None]) -> None:
    """Measure frames a second of large worlds without children, at several zooms: the worst counts."""
    for world in ("china", "five_provinces"):
        page.locator("#view-play select").first.select_option(world)
        page.locator("#view-play").get_by_role("button", name="Run", exact=True).click()
        page.locator("#view-play .status", has_text="Computing").wait_for()
        done(page)
        page.locator("#view-play .player select").first.select_option("24")
        map_ = page.locator("#view-play canvas.map")
        map_.press("Home")
        worst = float("inf")
        for zoom in range(ZOOMS):
            page.get_by_role("slider", name="Month").press("Home")
            page.get_by_role("button", name="Play", exact=True).click()
            rate = page.evaluate(FPS, WINDOW_SECONDS)
            if zoom == 0:
                note(f"`{world}`, all of it on the screen", rate, "frames/s", "≥ 30")
            worst = min(worst, rate)
            map_.press("+")
            page.wait_for_timeout(100)
        note(f"`{world}`, zoomed in to its villages, the slowest of {ZOOMS} zooms", worst, "frames/s", "≥ 30")


def table(rows: list[Row], load: float) -> str:
    """Return the page."""
    how = (
        f"Written by `make app-speed`: {platform.processor() or platform.machine()}, {os.cpu_count()} cores, "
        f"load {load:.1f} when it began, Python {platform.python_version()}, headless Chromium without a "
        "graphics card, 1920 × 1080. Medians; all measurements in brackets. Frames are counted while the run "
        "plays at 24 months a second and the map is moved, so that every frame is drawn anew."
    )
    head = "| what | median | goal |\n| --- | ---: | ---: |"
    lines = ["# How fast the application is", "", how, "", head]
    for row in rows:
        each = f" ({', '.join(f'{value:.2f}' for value in row.values)})" if len(row.values) > 1 else ""
        lines.append(f"| {row.what} | {statistics.median(row.values):.2f} {row.unit}{each} | {row.goal} |")
    return "\n".join([*lines, ""])


def main() -> int:
    """Find a browser, then measure in a process that has what drives it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--times", type=int, default=3, help="starts and runs of each kind")
    parser.add_argument(INSIDE, action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        load = os.getloadavg()[0]
        found = measure(asked.times, lambda line: print(line, flush=True))
        PAGE.write_text(table(found, load), encoding="utf-8")
        print(PAGE.relative_to(ROOT))
        return 0
    browser = find_browser()
    if browser is None:
        print(NO_BROWSER, file=sys.stderr)
        return 2
    given = environment(install("browser"), BAREFOOT_BROWSER=browser)
    command = [sys.executable, "-m", "tools.app_speed", *sys.argv[1:], INSIDE]
    return subprocess.run(command, cwd=ROOT, env=given, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
