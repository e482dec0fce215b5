"""What ``run.py places check`` and ``import`` do and say."""

from pathlib import Path
from typing import NamedTuple

from model.own.build import build
from model.own.check import Checked, check_file
from model.own.filling import filled_notes, filled_values
from model.own.problems import CellProblem
from model.own.store import check_name, keep
from model.problems import InputError, Problem
from model.text import text
from model.world import World


class Report(NamedTuple):
    """Problems as rows for programs, and all there is to say as lines for people."""

    rows: list[dict[str, object]]
    lines: list[str]


def check_report(file: Path, language: str) -> Report:
    """Check a file and say what was found: problems, or what would be simulated and what is filled."""
    checked = check_file(file)
    problems = checked.problems
    if not problems:
        world = _world("-", checked)
        return Report([], [text("places.fine", language, file=str(file)), *_about(world, language)])
    lines = [problem.text(language) for problem in problems]
    lines.append(text("places.n_problems", language, n=len(problems)))
    return Report([_row(problem, language) for problem in problems], lines)


def import_places(file: Path, name: str, language: str) -> list[str]:
    """Keep a file as a world and return what to tell about it.

    Raises
    ------
    InputError
        With every problem; nothing is kept then.
    """
    from model.worlds import WORLDS

    checked = check_file(file)
    problems = [*check_name(name, WORLDS), *checked.problems]
    if problems:
        raise InputError(problems)
    world = _world(name, checked)
    folder = keep(name, checked.frames, filled_values(checked.frames), file.name)
    return [
        text("places.imported", language, name=name, folder=str(folder)),
        *_about(world, language),
        text("places.next", language, name=name),
    ]


def _world(name: str, checked: Checked) -> World:
    return build(name, checked.frames, filled_values(checked.frames))


def _about(world: World, language: str) -> list[str]:
    counts = text(
        "places.counts",
        language,
        counties=len(world.counties),
        townships=len(world.townships),
        villages=len(world.villages),
        children_2010=int(world.sectors["children_2010"].sum()),
        children_2020=int(world.sectors["children_2020"].sum()),
    )
    notes = filled_notes(world.given, language)
    return [counts, *([text("places.filled", language), *(f"- {note}" for note in notes)] if notes else [])]


def _row(problem: Problem, language: str) -> dict[str, object]:
    if isinstance(problem, CellProblem):
        return {
            "file": problem.file,
            "sheet": problem.sheet,
            "row": problem.row or None,
            "column": problem.column,
            "code": problem.code,
            "message": problem.said(language),
        }
    return {"file": problem.file, "code": problem.code, "message": problem.text(language)}
