"""The report of a finished run made anew from its folder, in either language, with a workbook if wanted."""

import json
from collections.abc import Callable
from pathlib import Path

from pyarrow import ArrowException

from model.problems import InputError, Problem
from results.recording import FILE as RECORDING
from results.recording import Player, read_recording
from results.report import report
from results.view import TABLES, RunView, read_view
from results.workbook import write_workbook
from results.workbook_compared import FACTS as COMPARED
from results.workbook_compared import write_compared_workbook
from results.write import FACTS

ABOUT, PAGE, WORKBOOK = "run.json", "report.html", "results.xlsx"
MANY_RUNS = ("experiment.json", "draws.parquet", "runs.parquet")
"""Files in a folder of many runs that no comparison has been made of."""


def report_again(
    folder: Path, language: str, workbook: bool = False, player: Player | None = None
) -> list[Path]:
    """Write report.html (and results.xlsx) of a run in a language into its folder; return their paths.

    ``player`` makes the page that the report embeds of the recording in the folder, if there is one.

    Raises
    ------
    InputError
        If the folder holds no run with children, or its files cannot be read.
    """
    view, facts = _read(folder)
    made = [folder / PAGE]
    played = _played(folder, player, language)
    beside = folder / f".{PAGE}.part"
    beside.write_text(report(view, facts, language, player=played), encoding="utf-8")
    if workbook:
        made.append(_beside(folder / WORKBOOK, lambda path: write_workbook(path, view, facts, language)))
    beside.replace(made[0])
    return made


def _played(folder: Path, player: Player | None, language: str) -> str:
    """Return the page that plays the run of a folder, nothing where it was not recorded."""
    try:
        messages = read_recording(folder) if player else []
        return player(messages, language) if player and messages else ""
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        values = {"folder": str(folder), "file": RECORDING, "reason": str(error) or type(error).__name__}
        raise InputError([Problem("report.unreadable", values)]) from error


def is_comparison(folder: Path) -> bool:
    """True for the folder of a finished comparison."""
    return (folder / COMPARED).is_file()


def compared_workbook(folder: Path, language: str) -> Path:
    """Write results.xlsx of a finished comparison into its folder and return its path.

    Raises
    ------
    InputError
        If its tables cannot be read.
    """
    try:
        return _beside(folder / WORKBOOK, lambda path: write_compared_workbook(path, folder, language))
    except (OSError, ValueError, KeyError, ArrowException) as error:
        values = {"folder": str(folder), "file": COMPARED, "reason": str(error) or type(error).__name__}
        raise InputError([Problem("report.unreadable", values)]) from error


def _beside(path: Path, write: Callable[[Path], None]) -> Path:
    """Let a file be written beside its place and put it there once it is whole."""
    part = path.with_name(f".{path.name}.part")
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _read(folder: Path) -> tuple[RunView, dict[str, object]]:
    place = {"folder": str(folder)}
    if any((folder / file).is_file() for file in MANY_RUNS):
        raise InputError([Problem("report.of_many", place)])
    for file in (ABOUT, *(f"{table}.parquet" for table in TABLES)):
        if not (folder / file).is_file():
            is_spread = file != ABOUT and (folder / "series.parquet").is_file()
            code = "report.spread_only" if is_spread else "report.no_run"
            raise InputError([Problem(code, {**place, "file": file})])
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        return read_view(folder), {name: about[name] for name in FACTS}
    except (OSError, ValueError, KeyError, TypeError, ArrowException) as error:
        values = {**place, "file": ABOUT, "reason": str(error) or type(error).__name__}
        raise InputError([Problem("report.unreadable", values)]) from error
