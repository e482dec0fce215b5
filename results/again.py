"""The report of a finished run made anew from its folder, in either language, with a workbook if wanted."""

import json
from pathlib import Path

from pyarrow import ArrowException

from model.problems import InputError, Problem
from results.report import report
from results.view import TABLES, RunView, read_view
from results.workbook import write_workbook
from results.write import FACTS

ABOUT = "run.json"


def report_again(folder: Path, language: str, workbook: bool = False) -> list[Path]:
    """Write report.html (and results.xlsx) of a run in a language into its folder; return their paths.

    Raises
    ------
    InputError
        If the folder holds no run with children, or its files cannot be read.
    """
    view, facts = _read(folder)
    made = [folder / "report.html"]
    beside = folder / ".report.html.part"
    beside.write_text(report(view, facts, language), encoding="utf-8")
    if workbook:
        made.append(folder / "results.xlsx")
        sheet_beside = folder / ".results.xlsx.part"
        write_workbook(sheet_beside, view, facts, language)
        sheet_beside.replace(made[-1])
    beside.replace(made[0])
    return made


def _read(folder: Path) -> tuple[RunView, dict[str, object]]:
    place = {"folder": str(folder)}
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
