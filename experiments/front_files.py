"""The files of an optimisation: tables, the picture, what columns mean, and the page."""

import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.files import read_json, write_json
from experiments.front import Front
from experiments.paired import command_with
from experiments.seeking import Sought
from results.front_page import Decision, front_page, front_pictures, goal_page, goal_pictures
from results.front_words import front_answers, goal_answers
from results.saving import PAGE, save_results
from results.style import Picture

FACTS = "optimise.json"


def write_front(found: Front, folder: Path, problem: str, language: str = "en") -> list[Path]:
    """Write what a search found into its folder; return the paths, the page first."""
    command = shlex.join(["python", "run.py", "optimise", problem])
    said = front_answers(found.plans, found.facts, language)
    return _write(found.tables(), found.facts, command, said, folder, language, front_pictures, front_page)


def write_goal(found: Sought, folder: Path, language: str = "en") -> list[Path]:
    """Write the least means for a target into their folder; return the paths, the page first."""
    facts = found.facts
    command = command_with(["optimise", "--goal", facts["goal"]], facts)
    said = goal_answers(found.plans, facts, language)
    return _write(found.tables(), facts, command, said, folder, language, goal_pictures, goal_page)


def decision_again(folder: Path, language: str) -> list[Path]:
    """Make the page and the picture of a search anew from its folder, in a language; nothing is run."""
    facts = read_json(folder / FACTS)
    command = facts.pop("command")
    facts.pop("answers")
    plans = pd.read_parquet(folder / "plans.parquet")
    if "goal" in facts:
        said = goal_answers(plans, facts, language)
        return _write({"plans": plans}, facts, command, said, folder, language, goal_pictures, goal_page)
    tables = {"plans": plans, "searched": pd.read_parquet(folder / "searched.parquet")}
    said = front_answers(plans, facts, language)
    return _write(tables, facts, command, said, folder, language, front_pictures, front_page)


def _write(
    tables: Mapping[str, pd.DataFrame],
    facts: Mapping[str, Any],
    command: str,
    said: list[str],
    folder: Path,
    language: str,
    draw: Callable[[Decision, str], dict[str, Picture]],
    page: Callable[[Decision, Mapping[str, Picture], str], str],
) -> list[Path]:
    shown = dict(facts) | {"cpu_seconds": f"{facts['cpu_seconds']:,.0f}"}
    found = Decision(tables, shown, command)
    pictures = draw(found, language)
    paths = save_results(folder, pictures, tables, language)
    (folder / PAGE).write_text(page(found, pictures, language), encoding="utf-8")
    write_json(folder / FACTS, {**facts, "answers": said, "command": command})
    return [folder / PAGE, *paths, folder / FACTS]
