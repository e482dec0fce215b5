"""What the report of many runs plays: the run nearest the middle, made once more with every month recorded.

Of a comparison it is the draw and seed in which the difference between the best strategy and the first is
nearest the median of all, under several strategies; of a sweep the run of the best strategy nearest the
median. They are kept in the folder, so a report made anew runs nothing.
"""

import gzip
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from experiments.bank import Bank
from experiments.compared import Compared
from experiments.draws import DrawTable
from experiments.files import replacing
from experiments.sensed_files import best_first
from experiments.store import DRAWS
from experiments.study import Study
from model.problems import InputError, Problem
from model.text import LANGUAGES
from model.worlds import build_world
from results.comparison import Comparison
from results.league import MAIN, in_order
from results.measures.ratios import Floats
from results.recording import PLAYED_VILLAGES, ComparedPlayer, Player, record, recorder_of
from results.strategy_words import strategy_name
from results.told_pairs import told_pairs

FILE = "played.json.gz"
MOST_STRATEGIES = 3
"""Recorded of a comparison: the first, and the best of the others."""


class Played(NamedTuple):
    """A run that a report plays: which it is, and the messages of its recording."""

    strategy: str
    draw: int
    seed: int
    messages: list[str]


def record_compared(compared: Compared, study: Study, folder: Path) -> None:
    """Record the middle of a comparison under its first strategy and the best others, into its folder."""
    found = compared.comparison
    first = found.strategies[0]
    names = [first, *(name for name in in_order(found) if name != first)][:MOST_STRATEGIES]
    k = middle(found.values(names[1], MAIN) - found.values(first, MAIN))
    keep_runs(folder, study, [(name, found.draws[k] if found.draws else 0, found.seeds[k]) for name in names])


def record_swept(bank: Bank, study: Study, outcome: str) -> None:
    """Record the middle of a sweep under its best strategy, into its folder."""
    name = best_first(bank, outcome)[0]
    values = bank.by_run(outcome, name)
    draw, replication = values.index[middle(values.to_numpy())]
    keep_runs(bank.folder, study, [(name, int(draw), study.seed(int(draw), int(replication)))])


def middle(values: Floats) -> int:
    """Return the place of the known value, in any unit, nearest the median; the first where none is known."""
    if not np.isfinite(values).any():
        return 0
    return int(np.nanargmin(np.abs(values - np.nanmedian(values))))


def keep_runs(folder: Path, study: Study, wanted: Sequence[tuple[str, int, int]]) -> None:
    """Make runs (strategy, draw, seed) with every month recorded and keep them; none of large worlds."""
    path = folder / FILE
    world = build_world(study.world) if isinstance(study.world, str) else study.world
    if len(world.villages) > PLAYED_VILLAGES:
        path.unlink(missing_ok=True)
        return
    known = {(each.strategy, each.draw, each.seed): each for each in kept_runs(folder)}
    draws = DrawTable(folder / DRAWS if (folder / DRAWS).is_file() else None)
    made = [known.get(each) or Played(*each, _recorded(study, draws, *each)) for each in wanted]
    content = json.dumps([each._asdict() for each in made], ensure_ascii=False)
    with replacing(path) as beside:
        beside.write_bytes(gzip.compress(content.encode(), mtime=0))


def _recorded(study: Study, draws: DrawTable, name: str, draw: int, seed: int) -> list[str]:
    scenario = study.scenario(name, draws.values(draw), seed)
    opening, *frames = record(recorder_of(scenario, n_threads=os.cpu_count() or 1))
    label = {language: strategy_name(name, language) for language in LANGUAGES}
    named = json.loads(opening) | {"strategy": name, "label": label}
    return [json.dumps(named, ensure_ascii=False, separators=(",", ":")), *frames]


def kept_runs(folder: Path) -> list[Played]:
    """Return the runs that a folder keeps to be played.

    Raises
    ------
    InputError
        If the file is broken.
    """
    path = folder / FILE
    if not path.is_file():
        return []
    try:
        return [Played(**each) for each in json.loads(gzip.decompress(path.read_bytes()))]
    except (OSError, EOFError, ValueError, TypeError) as error:
        values = {"folder": str(folder), "file": FILE, "reason": str(error) or type(error).__name__}
        raise InputError([Problem("report.unreadable", values)]) from error


def played_compared(folder: Path, found: Comparison, player: ComparedPlayer | None, language: str) -> str:
    """Return the page that plays a comparison: the first strategy beside each of the others."""
    runs = kept_runs(folder) if player else []
    if player is None or len(runs) < 2:
        return ""
    first, *others = (run.strategy for run in runs)
    told = [told_of(found, first, name) for name in others]
    return player([run.messages for run in runs], told, language)


def told_of(found: Comparison, first: str, second: str) -> dict[str, Any]:
    """Return the paired differences of two strategies over all runs, as the application has them."""
    values = (
        {name: found.by_draw(found.values(strategy, name)) for name in found.first.outcomes}
        for strategy in (first, second)
    )
    return told_pairs(*values) | {"pairs": len(found.seeds), "draws": len(set(found.draws))}


def played_swept(folder: Path, player: Player | None, language: str) -> tuple[str, Played | None]:
    """Return the page that plays the middle of a sweep, and which run that is."""
    runs = kept_runs(folder)
    return (player(runs[0].messages, language), runs[0]) if player and runs else ("", None)
