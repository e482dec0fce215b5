"""Which strategies there are: those of the house, and those that users put in a folder of their own."""

from collections.abc import Sequence
from pathlib import Path

from model.problems import InputError, Problem, nearest
from model.reading import shown_path
from model.strategy import Strategy
from model.strategy_file import SUFFIXES, load_strategy, strategy_names

DEFAULT_FOLDER = Path("strategies")
"""Looked into where a program is started, if it is there."""


def user_files(folder: Path | None = None) -> dict[str, Path]:
    """Return the strategy files of a folder by name, in alphabetical order.

    Raises
    ------
    InputError
        If the folder is missing, or a file has the name of a strategy of the house.
    """
    where = folder or DEFAULT_FOLDER
    if not where.is_dir():
        if folder is None:
            return {}
        raise InputError([Problem("strategies.no_folder", {"folder": str(folder)})])
    files = {path.stem: path for path in sorted(where.iterdir()) if path.suffix in SUFFIXES}
    taken = [
        Problem("strategies.name_taken", {"name": name}, shown_path(files[name]))
        for name in sorted(files.keys() & set(strategy_names()))
    ]
    if taken:
        raise InputError(taken)
    return files


def find_strategy(name: str, folder: Path | None = None) -> Strategy:
    """Return a strategy by name (of the house or of the folder) or by the path of its file.

    Raises
    ------
    InputError
        With everything that is wrong, in file and line; an unknown name offers the nearest.
    """
    files = user_files(folder)
    if name in files:
        return load_strategy(files[name])
    if name in strategy_names() or Path(name).suffix in SUFFIXES:
        return load_strategy(name)
    hint = nearest(name, (*strategy_names(), *files))
    raise InputError([Problem("strategy.unknown", {"name": name, "nearest": hint})])


def find_strategies(names: Sequence[str], folder: Path | None = None) -> dict[str, Strategy]:
    """Return strategies by the name they have; problems of all of them are told at once.

    Raises
    ------
    InputError
        Also where two of them have the same name.
    """
    found: dict[str, Strategy] = {}
    problems: list[Problem] = []
    for name in names:
        try:
            strategy = find_strategy(name, folder)
        except InputError as error:
            problems += error.problems
            continue
        if strategy.name in found:
            problems.append(Problem("strategies.doubled", {"name": strategy.name}))
        found[strategy.name] = strategy
    if problems:
        raise InputError(problems)
    return found


def strategies_table(language: str = "en", folder: Path | None = None) -> list[dict[str, str]]:
    """Return one row per strategy of the folder: name, sentence, order and what it extends."""
    return [
        {
            "name": strategy.name,
            "sentence": strategy.sentence.in_language(language),
            "order": strategy.order,
            "extends": ", ".join(strategy.extends),
        }
        for strategy in map(load_strategy, user_files(folder).values())
    ]
