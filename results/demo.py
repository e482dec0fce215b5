"""The main job: simulate the pilot and its roll-out under four strategies and write what it shows.

``make demo`` and ``python run.py demo`` call `run_demo`. It writes tables, pictures and one page that answers
how the approach spreads and whether the children that workers find are served.
"""

import json
import os
import platform
import shutil
import time
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from model.text import text
from results.demo_page import demo_page
from results.demo_runs import DemoRuns, compile_once, run_all
from results.figures.compared.cascade import cascades
from results.figures.compared.desks import backlog
from results.figures.compared.exchange import exchange
from results.figures.compared.overview import overview
from results.figures.compared.spread import MAP_MONTH, country_spread, maps
from results.figures.compared.waits import group_waits, waits
from results.progress import Progress, bar
from results.saving import FIGURES, PACKAGES, save_pictures, save_tables
from results.style import Picture
from results.write import check_folder

REPLICATIONS = 5
THREADS = 2
PAGE, FACTS = "demo.html", "demo.json"
FOLDERS = (FIGURES, "tables")
RUNS_SHARE, DRAWN_SHARE = 0.9, 0.95
"""Of the bar: where the runs end, and where the pictures are drawn."""


class Demo(NamedTuple):
    """What the demonstration wrote: paths in the order in which a reader wants them, and its cost."""

    paths: tuple[Path, ...]
    cpu_seconds: float
    wall_seconds: float


def run_demo(
    out: Path | str,
    language: str = "en",
    replications: int = REPLICATIONS,
    threads: int | None = None,
    progress: Progress | None = None,
    **runs: Any,
) -> Demo:
    """Run the demonstration and write it to a folder.

    Parameters
    ----------
    out
        Folder to write to; it is made where it does not exist.
    language
        Of the page and the pictures, "en" or "zh".
    replications
        Seeds per strategy, at least 2, because ranges are shown.
    threads
        Runs at a time, by default one per processor and at most two; results do not depend on it.
    progress
        Told of the share of work done; by default a bar on the terminal.
    runs
        Further arguments of `results.demo_runs.run_all`: another world, another last month.

    Returns
    -------
    Demo
        The page, the pictures, the tables and the facts of the runs.

    Raises
    ------
    ValueError
        With fewer than 2 replications.
    """
    if replications < 2:
        raise ValueError("the demonstration shows ranges, so it needs at least 2 replications")
    folder = Path(out)
    _check(folder)
    threads = threads or min(THREADS, os.cpu_count() or 1)
    with bar(text("demo.compiling", language)) as shown:
        tell = progress or shown
        compile_once(threads)
        wall, cpu = time.perf_counter(), time.process_time()
        done = run_all(replications, threads, partial(_simulating, tell, language), **runs)
        tell(RUNS_SHARE, text("demo.drawing", language))
        made = pictures(done, language)
        tell(DRAWN_SHARE, text("demo.writing", language))
        paths = _write(folder, done, made, language, (cpu, wall))
        tell(1.0, "")
    return Demo(tuple(paths), time.process_time() - cpu, time.perf_counter() - wall)


def _simulating(tell: Progress, language: str, share: float, _what: str) -> None:
    tell(share * RUNS_SHARE, text("demo.simulating", language))


def _check(folder: Path) -> None:
    """Refuse a folder that holds anything but an earlier demonstration."""
    if folder.exists() and not (folder / FACTS).is_file():
        check_folder(folder)


def pictures(done: DemoRuns, language: str) -> dict[str, Picture]:
    """Return the pictures of the page by name."""
    found, country = done.comparison, done.country
    labels = done.views[found.strategies[0]].services
    drawn = [
        overview(found, country, labels, language),
        country_spread(country, language),
        cascades(found, language),
        backlog(found, labels, country.events, language),
        waits(found, language),
        group_waits(found, language),
        exchange(found, language),
    ]
    if country.last_month >= MAP_MONTH:
        drawn.insert(2, maps(country, language))
    return {picture.name: picture for picture in drawn}


def _write(
    folder: Path, done: DemoRuns, made: dict[str, Picture], language: str, since: tuple[float, float]
) -> list[Path]:
    """Write everything beside the folder, then move it there; return the paths, the page first."""
    beside = folder.parent / f".{folder.name}.part"
    shutil.rmtree(beside, ignore_errors=True)
    for name in FOLDERS:
        (beside / name).mkdir(parents=True)
    try:
        written = save_pictures(made, beside / FOLDERS[0])
        written += _tables(beside / FOLDERS[1], done)
        facts = facts_of(done, language, since)
        (beside / FACTS).write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        (beside / PAGE).write_text(demo_page(done, made, facts, language), encoding="utf-8")
        folder.mkdir(exist_ok=True)
        for name in FOLDERS:
            shutil.rmtree(folder / name, ignore_errors=True)
        for path in beside.iterdir():
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return [folder / PAGE, *(folder / path.relative_to(beside) for path in written), folder / FACTS]


def _tables(folder: Path, done: DemoRuns) -> list[Path]:
    found, country = done.comparison, done.country
    spread = {f"{name}_{k + 1}": runs[k] for name, runs in country.posts.items() for k in range(len(runs))}
    frames = {
        "runs": found.runs_table(),
        "differences": found.differences_table(),
        "desks": found.monthly_table(),
        "utilisation": done.views[found.strategies[0]].utilisation,
    }
    paths = save_tables(frames, folder)
    table = np.column_stack([np.arange(country.last_month + 1), *spread.values()])
    path = folder / "country_villages_with_post.csv"
    head = ",".join(["month", *spread])
    np.savetxt(path, table, fmt="%d", delimiter=",", header=head, comments="", encoding="utf-8")
    return [*paths, path]


def facts_of(done: DemoRuns, language: str, since: tuple[float, float]) -> dict[str, Any]:
    """Return what is needed to make the page again, and what it cost in seconds; ``since`` when it began."""
    return {
        "command": f"python run.py demo --language {language} --replications {len(done.comparison.seeds)}",
        "world": done.world,
        "strategies": list(done.comparison.strategies),
        "seeds": list(done.comparison.seeds),
        "country_replications": len(next(iter(done.country.posts.values()))),
        "versions": {name: version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpu_seconds": round(time.process_time() - since[0], 1),
        "wall_seconds": round(time.perf_counter() - since[1], 1),
    }
