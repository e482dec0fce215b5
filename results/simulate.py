"""One run from request to files: check everything, say what memory it needs, simulate, write."""

import datetime as dt
import os
import time
from pathlib import Path
from typing import NamedTuple

from model.calendar import month_text
from model.parameters import parse_settings
from model.problems import InputError, Problem
from model.scale_up import ScaleUpModel
from model.scenario import Scenario, make_scenario
from model.spread_only import WORKERS, simulate_spread
from model.worlds import build_world, worlds_table
from results.progress import bar
from results.write import SPELLS_UP_TO_VILLAGES, check_folder, write_run, write_spread

BYTES_PER_MEGABYTE = 1_000_000


class Simulated(NamedTuple):
    """Files of a run and, with a profile, the seconds of CPU time of each county phase."""

    paths: list[Path]
    seconds: dict[str, float]


def simulate_and_write(
    strategy: str,
    world: str,
    children: str,
    settings: list[str],
    seed: int,
    until: str,
    threads: int,
    out: Path | None,
    language: str,
    *,
    profile: bool = False,
) -> Simulated:
    """Check the request, run it and write its folder; arguments are those of ``run.py simulate``.

    Raises
    ------
    InputError
        With all problems of the request; nothing is written then.
    """
    scenario = make_scenario(world, strategy, parse_settings(settings), seed, until, children)
    now = dt.datetime.now().astimezone()
    folder = out or Path("runs") / f"{now:%Y-%m-%d-%H%M%S}-{scenario.strategy.name}"
    check_folder(folder)
    wall, cpu = time.perf_counter(), time.process_time()

    def cost() -> dict[str, float]:
        return {"wall_seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}

    if children == "none":
        run = simulate_spread(build_world(world), scenario, depth=WORKERS)
        return Simulated(write_spread(run, scenario, folder, cost()), {})
    check_memory(scenario)
    places = build_world(world)
    model = ScaleUpModel(
        scenario, n_threads=threads, log_events=len(places.villages) <= SPELLS_UP_TO_VILLAGES, profile=profile
    )
    with bar(scenario.strategy.name) as tell:
        for month in range(scenario.until + 1):
            model.run(month)
            tell((month + 1) / (scenario.until + 1), month_text(month))
    return Simulated(write_run(model, folder, language, cost()), model.seconds or {})


def check_memory(scenario: Scenario) -> None:
    """Refuse a world that does not fit into the memory that is free.

    Raises
    ------
    InputError
        With the figures.
    """
    needed = next(row["memory_megabytes"] for row in worlds_table() if row["name"] == scenario.world_name)
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / BYTES_PER_MEGABYTE
    if float(str(needed)) > free:
        values = {"world": scenario.world_name, "needed": needed, "free": free}
        raise InputError([Problem("cli.too_little_memory", values)])
