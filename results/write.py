"""Write a run to a folder: all of it beside its place first, then moved, so nothing is ever half there."""

import hashlib
import json
import platform
import resource
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from columns.compiling import DRAWS_VARIABLE
from columns.draws import GENERATOR, SPLITMIX
from model.calendar import month_text
from model.own.store import given_of
from model.problems import InputError, Problem
from model.reading import ROOT
from model.scale_up import ScaleUpModel
from model.scenario import Scenario, given_hash
from model.spread_only import SpreadRun
from model.world import World
from results.frames import counties, desks, money, posts, quantities, utilisation, villages
from results.measures.catalogue import catalogue, column_documentation
from results.recording import Player, write_recording
from results.report import report, run_pictures
from results.series import series
from results.spell_table import spells
from results.spread_view import spread_pictures, spread_report, spread_view, spread_villages
from results.summary import filled_entry, summary, summary_of_spread
from results.view import view_of

SPELLS_UP_TO_VILLAGES = 10_000
FACTS = ("command", "commit", "versions", "platform", "state_hash", "results_hash")
"""Of a run, what its report shows of how to make it again."""
PACKAGES = ("mesa", "networkx", "numba", "numpy", "pandas", "pyarrow", "scipy")
BYTES_PER_MEGABYTE = 1_000_000
KILOBYTES_PER_MEGABYTE = 1_000


def check_folder(folder: Path) -> None:
    """Refuse a folder that holds anything.

    Raises
    ------
    InputError
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError([Problem("cli.folder_taken", {"folder": str(folder)})])


def write_run(
    model: ScaleUpModel,
    folder: Path,
    language: str,
    cost: Mapping[str, float],
    notes: Mapping[str, Any] | None = None,
    messages: Sequence[str] = (),
    player: Player | None = None,
) -> list[Path]:
    """Write all files of a finished run and return their paths.

    Parameters
    ----------
    model
        After its last month.
    folder
        New or empty.
    language
        Of report and figures.
    cost
        ``wall_seconds`` and ``cpu_seconds`` of the run.
    notes
        What else goes into ``run.json``, such as the hash of the state by month.
    messages, player
        The recording of the run, and what makes of it the page that the report embeds.
    """

    def fill(part: Path) -> None:
        played = _played(part, messages, player, language)
        _fill(model, part, language, cost, notes or {}, played)

    return _whole(folder, fill)


def _played(folder: Path, messages: Sequence[str], player: Player | None, language: str) -> str:
    """Keep the recording of a run, if there is one, and return the page that plays it."""
    if not messages:
        return ""
    write_recording(folder, messages)
    return player(messages, language) if player else ""


def write_spread(
    run: SpreadRun,
    world: World,
    scenario: Scenario,
    folder: Path,
    language: str,
    cost: Mapping[str, float],
    messages: Sequence[str] = (),
    player: Player | None = None,
) -> list[Path]:
    """Write a run without children whose posts were staffed.

    Series by province, counties and villages at the end, headline outcomes, pictures, a page, and what
    reproduces all of it.
    """

    def fill(part: Path) -> None:
        table, view = run.frame(), spread_view(run, world, scenario)
        tables = {"series": table, "counties": view.counties, "villages": spread_villages(run, world)}
        for name, each in tables.items():
            each.to_parquet(part / f"{name}.parquet", index=False)
        _json(part / "schema.json", {name: _columns(each, language) for name, each in tables.items()})
        filled = filled_entry(given_of(scenario.world))
        _json(part / "summary.json", summary_of_spread(run) | filled)
        about = about_run(scenario, cost) | {"results_hash": hash_of(table)}
        _json(part / "run.json", about)
        pictures = spread_pictures(view, language)
        (part / "figures").mkdir()
        for picture in pictures.values():
            picture.save(part / "figures")
        played = _played(part, messages, player, language)
        page = spread_report(view, run, scenario, about["command"], language, pictures, played)
        (part / "report.html").write_text(page, encoding="utf-8")

    return _whole(folder, fill)


def _whole(folder: Path, fill: Callable[[Path], None]) -> list[Path]:
    """Let a folder be filled beside its place and move it there once it is complete."""
    check_folder(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = folder.parent / f".{folder.name}.part"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir()
    try:
        fill(beside)
        if folder.exists():
            folder.rmdir()
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _fill(
    model: ScaleUpModel,
    folder: Path,
    language: str,
    cost: Mapping[str, float],
    notes: Mapping[str, Any],
    played: str,
) -> None:
    followed = spells(model) if model.log_events else None
    view = view_of(model, notes.get("shortages"))
    tables = {
        "series": series(model),
        "counties": counties(model, followed),
        "villages": villages(model),
        "posts": posts(model),
        "money": money(model),
        "quantities": quantities(model),
        "desks": desks(model),
        "utilisation": utilisation(model),
        "measures": view.measures,
    }
    if followed is not None:
        tables["spells"] = followed
    for name, table in tables.items():
        table.to_parquet(folder / f"{name}.parquet", index=False)
    _json(folder / "schema.json", {name: _columns(table, language) for name, table in tables.items()})
    _json(folder / "summary.json", summary(model, followed))
    about = (
        dict(notes)
        | about_run(model.scenario, cost, notes.get("strategy_given", ""))
        | {
            "state_hash": model.state_hash(),
            "results_hash": hash_of(tables["series"]),
            "months": model.months_done,
            "children_at_end": int(model.observed.children[model.months_done - 1]),
        }
    )
    about["sentence"], about["filled"] = view.sentence, view.filled
    about["events"] = [event._asdict() for event in view.events]
    _json(folder / "run.json", about)
    pictures = run_pictures(view, language)
    (folder / "figures").mkdir()
    for picture in pictures.values():
        picture.save(folder / "figures")
    facts = {name: about[name] for name in FACTS}
    page = report(view, facts, language, pictures, player=played)
    (folder / "report.html").write_text(page, encoding="utf-8")


def facts_of(model: ScaleUpModel) -> dict[str, Any]:
    """Return what the report of a finished run shows of how to make it again."""
    about = about_run(model.scenario, {}) | {
        "state_hash": model.state_hash(),
        "results_hash": hash_of(series(model)),
    }
    return {name: about[name] for name in FACTS}


def about_run(scenario: Scenario, cost: Mapping[str, float], strategy: str = "") -> dict[str, Any]:
    """Return what reproduces a run and what it cost (units in names); ``strategy`` as the user named it."""
    settings = "".join(f" --set {name}={value}" for name, value in scenario.parameters.items())
    generator = "" if GENERATOR == SPLITMIX else f"{DRAWS_VARIABLE}={GENERATOR} "
    command = (
        f"{generator}python run.py simulate {shlex.quote(strategy or scenario.strategy.name)}"
        f" --world {scenario.world_name}"
        f" --children {scenario.children}"
        f" --seed {scenario.seed} --until {month_text(scenario.until)}{settings}"
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    per_megabyte = BYTES_PER_MEGABYTE if sys.platform == "darwin" else KILOBYTES_PER_MEGABYTE
    return {
        "command": command,
        "scenario": {**scenario.facts(), "places_hash": given_hash(scenario.world)},
        "parameters": [
            {"month": month_text(month), "values": parameters.values()}
            for month, parameters in scenario.schedule[:1]
        ]
        + [
            {"month": month_text(month), "values": parameters.changed()}
            for month, parameters in scenario.schedule[1:]
        ],
        "draws": GENERATOR,
        "commit": _commit(),
        "versions": {"python": platform.python_version()} | {name: version(name) for name in PACKAGES},
        "platform": platform.platform(),
        "peak_memory_megabytes": round(peak / per_megabyte),
        **{name: round(value, 2) for name, value in cost.items()},
    }


def hash_of(table: pd.DataFrame) -> str:
    """Return a hash of a table's content, the same in every process."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(pd.util.hash_pandas_object(table, index=False, categorize=False).to_numpy().tobytes())
    return digest.hexdigest()


def _columns(table: pd.DataFrame, language: str) -> dict[str, Any]:
    measured = set(table.columns) & set(catalogue().measures)
    known = column_documentation(sorted(measured), language)
    return {name: {"type": str(kind)} | dict(known.get(name, {})) for name, kind in table.dtypes.items()}


def _json(path: Path, content: object) -> None:
    path.write_text(
        json.dumps(content, ensure_ascii=False, indent=1, default=_plain) + "\n", encoding="utf-8"
    )


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else str(value)


def _commit() -> str:
    """Return the commit of the checkout, with a plus where it was changed; empty outside one."""
    try:
        answer = subprocess.run(  # noqa: S603 - fixed words
            ["git", "-C", str(ROOT), "describe", "--always", "--dirty=+"],  # noqa: S607 - as the user has it
            capture_output=True, text=True, timeout=10, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip()
