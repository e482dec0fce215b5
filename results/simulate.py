"""One run from request to files: check everything, say what memory it needs, simulate, write.

Beside the folder of the results stands a hidden one with checkpoints until they are complete, so a run that
was stopped, by its user or by the machine, goes on where it was.
"""

import datetime as dt
import fcntl
import os
import shlex
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from model.calendar import month_of_year, month_text
from model.checkpoint import Checkpoints, Resumed
from model.parameters import parse_settings
from model.problems import InputError, Problem
from model.reading import ROOT
from model.scale_up import ScaleUpModel
from model.scenario import Scenario, make_scenario
from model.spread_only import WORKERS, simulate_spread
from model.text import text
from model.worlds import build_world
from results.feasibility import shortages, told
from results.memory import free_megabytes, world_megabytes
from results.progress import bar
from results.recording import PLAYED_VILLAGES, Player, Recorder, as_json, record, recorder_of
from results.write import SPELLS_UP_TO_VILLAGES, check_folder, write_run, write_spread

RUNS = Path("runs")
CHECKPOINTS = ".{name}.checkpoints"
"""The hidden folder beside the results; not inside them, so a folder of results is always a whole one."""
CHECKPOINT_EVERY_MONTHS = 12
HASHED_MONTHLY_UP_TO_SLOTS = 100_000
"""Larger worlds are hashed once a year: a hash of all columns takes as long as a month (docs/engine.md)."""
WEIGHED_UP_TO_SLOTS = 10_000_000
"""Of larger worlds it is not said what their plan lacks: that takes as much memory again."""
DECEMBER = 12


class Simulated(NamedTuple):
    """Files of a run and, with a profile, the seconds of CPU time of each county phase."""

    paths: list[Path]
    seconds: dict[str, float]


class StoppedError(Exception):
    """The user stopped a run: the last month that is kept and what goes on after it, or nothing."""

    def __init__(self, month: str, command: str) -> None:
        super().__init__(command)
        self.month, self.command = month, command


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
    checkpoint_every: int = CHECKPOINT_EVERY_MONTHS,
    resume: bool = False,
    say: Callable[[str], None] = lambda _: None,
    player: Player | None = None,
    elsewhere: Callable[[Scenario], ScaleUpModel] | None = None,
) -> Simulated:
    """Check the request, run it and write its folder; arguments are those of ``run.py simulate``.

    ``say`` is told what a user should know before a run goes on; ``player`` makes the page that its report
    embeds, where the world is small enough to be played. ``elsewhere`` runs a scenario with children on other
    machines, without checkpoints.

    Raises
    ------
    InputError
        With all problems of the request; nothing is written then.
    StoppedError
        If the user stops it.
    """
    scenario = make_scenario(world, strategy, parse_settings(settings), seed, until, children)
    now = dt.datetime.now().astimezone()
    folder = out or RUNS / f"{now:%Y-%m-%d-%H%M%S}-{scenario.strategy.name}"
    check_folder(folder)
    if resume:
        _check_resumable(scenario, out)
    places = build_world(world)
    played = len(places.villages) <= PLAYED_VILLAGES
    if children == "none":
        cost = _meter({})
        run = simulate_spread(places, scenario, depth=WORKERS)
        messages = record(recorder_of(scenario)) if played else []
        paths = write_spread(run, places, scenario, folder, language, cost(), messages, player)
        return Simulated(paths, {})
    if elsewhere:
        check_memory(scenario)
        cost, model = _meter({}), elsewhere(scenario)
        hashes = {month_text(scenario.until): model.state_hash()}
        about = {"resumed_after": [], "state_hashes": hashes, "strategy_given": strategy, "shortages": {}}
        return Simulated(write_run(model, folder, language, cost(), about), {})
    words = [_from_here(Path(sys.executable)), _from_here(ROOT / "run.py"), "simulate", strategy]
    words += ["--world", world]
    words += [word for setting in settings for word in ("--set", setting)]
    words += ["--seed", str(seed), "--until", until, "--threads", str(threads), "--language", language]
    words += ["--checkpoint-every", str(checkpoint_every), "--out", str(folder), "--resume"]
    kept = Checkpoints(folder.with_name(CHECKPOINTS.format(name=folder.name)), shlex.join(words))
    if not resume:
        _check_nothing_unfinished(kept, folder)
    check_memory(scenario)
    log_events = len(places.villages) <= SPELLS_UP_TO_VILLAGES
    try:
        with _alone(kept):
            if resume:
                model, notes = _resumed(kept.load(scenario, threads, log_events, profile), language, say)
            else:
                model = ScaleUpModel(scenario, threads, log_events, profile)
                notes = {"resumed_after": [], "state_hashes": {}, "strategy_given": strategy}
                notes["shortages"] = shortages_of(model, say, language)
            cost = _meter(notes)
            whole = not model.months_done or "recording" in notes  # older checkpoints keep none
            recorder = Recorder(model) if played and whole else None
            _run_on(model, notes, cost, kept, checkpoint_every, recorder)
            messages = notes.pop("recording", [])
            paths = write_run(model, folder, language, cost(), notes, messages, player)
            kept.remove()
    except KeyboardInterrupt as stop:
        raise _stopped(kept) from stop
    return Simulated(paths, model.seconds or {})


def shortages_of(model: ScaleUpModel, say: Callable[[str], None], language: str) -> dict[str, list[str]]:
    """Say what the plan of a model before its first month asks for and cannot have; return it by language."""
    if len(model.state.needs) > WEIGHED_UP_TO_SLOTS:
        return {}
    found = told(shortages(model))
    if found[language]:
        say("\n- ".join([text("feasible.one", language), *found[language]]))
    return found


def _from_here(path: Path) -> str:
    """Write a path as a user in this folder would type it."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


@contextmanager
def _alone(kept: Checkpoints) -> Iterator[None]:
    """Keep other processes from this run while it is under way, and leave no folder without a checkpoint.

    The lock goes with the process, however it ends.
    """
    kept.folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(kept.folder / "lock", os.O_CREAT | os.O_WRONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError([Problem("checkpoint.in_use", {"folder": str(kept.folder)})]) from error
        try:
            yield
        finally:
            if not kept.newest_first():
                kept.remove()
    finally:
        os.close(handle)


def _meter(before: Mapping[str, Any]) -> Callable[[], dict[str, float]]:
    """Return what measures the cost of a run from now on, added to what it has cost before."""
    wall, cpu = time.perf_counter(), time.process_time()

    def cost() -> dict[str, float]:
        return {
            "wall_seconds": before.get("wall_seconds", 0.0) + time.perf_counter() - wall,
            "cpu_seconds": before.get("cpu_seconds", 0.0) + time.process_time() - cpu,
        }

    return cost


def _run_on(
    model: ScaleUpModel,
    notes: dict[str, Any],
    cost: Callable[[], dict[str, float]],
    kept: Checkpoints,
    checkpoint_every: int,
    recorder: Recorder | None,
) -> None:
    """Run a model to its end with checkpoints and a bar; ``notes`` gets hashes of its states and frames."""
    until = model.scenario.until
    monthly = len(model.state.needs) <= HASHED_MONTHLY_UP_TO_SLOTS
    if recorder and not model.months_done:
        notes["recording"] = [as_json(recorder.opening())]
    with bar(model.scenario.strategy.name) as tell:
        for month in range(model.months_done, until + 1):
            model.run(month)
            if recorder:
                notes["recording"].append(as_json(recorder.frame(month)))
            if monthly or month_of_year(month) == DECEMBER or month == until:
                notes["state_hashes"][month_text(month)] = model.state_hash()
            if checkpoint_every and (month + 1) % checkpoint_every == 0:
                kept.save(model, notes | cost())
            tell((month + 1) / (until + 1), month_text(month))


def _resumed(run: Resumed, language: str, say: Callable[[str], None]) -> tuple[ScaleUpModel, dict[str, Any]]:
    """Tell from where a run goes on, and note it."""
    for problem in run.skipped:
        say(problem.text(language))
    if run.skipped:
        say(text("checkpoint.using_older", language))
    month = month_text(run.model.month)
    say(text("checkpoint.going_on", language, month=month))
    return run.model, run.notes | {"resumed_after": [*run.notes["resumed_after"], month]}


def _stopped(kept: Checkpoints) -> StoppedError:
    """Return what to tell a user who stopped a run."""
    found = kept.newest()
    if found is None:
        return StoppedError("", "")
    return StoppedError(month_text(found.months_done - 1), found.command)


def _check_resumable(scenario: Scenario, out: Path | None) -> None:
    """Refuse to go on with a run that keeps no checkpoints, or with nobody knows which."""
    if scenario.children == "none":
        raise InputError([Problem("checkpoint.without_children")])
    if out is None:
        prefix, suffix = CHECKPOINTS.split("{name}")
        hidden = sorted(path.name for path in RUNS.glob(CHECKPOINTS.format(name="*")))
        names = [str(RUNS / name.removeprefix(prefix).removesuffix(suffix)) for name in hidden]
        code = "checkpoint.which" if names else "checkpoint.which_none"
        raise InputError([Problem(code, {"runs": ", ".join(names), "folder": str(RUNS)})])


def _check_nothing_unfinished(kept: Checkpoints, folder: Path) -> None:
    """Refuse to begin anew over the checkpoints of a run that was stopped."""
    found = kept.newest()
    if found is None:
        return
    values = {
        "out": str(folder),
        "month": month_text(found.months_done - 1),
        "command": found.command,
        "folder": str(kept.folder),
    }
    raise InputError([Problem("checkpoint.unfinished", values)])


def check_memory(scenario: Scenario, copies: int = 1) -> None:
    """Refuse a world that does not fit into the memory that is free so many times.

    Raises
    ------
    InputError
        With the figures.
    """
    needed, free = copies * world_megabytes(scenario.world_name), free_megabytes()
    if needed > free:
        values = {"world": scenario.world_name, "needed": needed, "free": free}
        raise InputError([Problem("cli.too_little_memory", values)])
