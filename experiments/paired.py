"""Seeds that each meet a draw of their own, so that what is not known costs no further run.

Maps and searches try many plans, so each is run a few times only. Were all of these runs at point defaults,
their ranges would hold chance and nothing else; a seed with a draw of its own holds both. All plans meet the
same pairs, so differences between plans stay differences of decisions.
"""

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow.parquet as pq

from experiments.draws import DrawTable, write_draws
from experiments.posterior import posterior_rows, shipped_posterior
from experiments.store import DRAWS
from experiments.study import DEFAULTS, Job, Study
from model.problems import Problem
from model.scenario import DEFAULT_WORLD

EACH = "one for every seed"


def command_with(words: Sequence[str], facts: Mapping[str, Any]) -> str:
    """Return the command that makes paired runs again: its words, then what is not as usual.

    Parameters
    ----------
    words
        The command and its own options.
    facts
        ``seeds``, ``draws``, ``world`` and ``parameters`` of the runs.
    """
    parts = ["python", "run.py", *words, "--seeds", str(facts["seeds"])]
    if facts["draws"] != facts["seeds"]:
        parts += ["--draws", str(facts["draws"])]
    if facts["world"] != DEFAULT_WORLD:
        parts += ["--world", facts["world"]]
    for name, value in facts["parameters"].items():
        parts += ["--set", f"{name}={value}"]
    return shlex.join(parts)


class Paired(NamedTuple):
    """``draws`` of the posterior over ``seeds``, 0 for defaults; ``fresh`` seeds have draws of their own.

    Seed k meets draw k; where there are fewer draws than seeds they are gone through again.
    """

    draws: int
    seeds: int
    fresh: int = 0

    def draw_of(self, seed: int) -> int:
        """Return the draw that a seed meets."""
        if not self.draws:
            return DEFAULTS
        return self.draws + seed - self.seeds if seed > self.seeds else (seed - 1) % self.draws + 1

    @property
    def kind(self) -> int | str:
        """What must stay as it is in a folder: how draws are met, not how many seeds there are so far."""
        return EACH if self.draws == self.seeds else self.draws

    @property
    def n_draws(self) -> int:
        """How many draws all seeds need."""
        return self.draws + self.fresh if self.draws else 0


def draws_of(draws: int | None, seeds: int) -> int:
    """Return how many draws are meant: one for every seed where nothing is said and there is a posterior."""
    return draws if draws is not None else seeds if shipped_posterior() else 0


def draws_problems(draws: int | None, seeds: int) -> list[Problem]:
    """Return what is wrong with a number of draws: more than seeds would never be met."""
    if draws is None or 0 <= draws <= seeds:
        return []
    return [Problem("map.draws", {"value": draws, "high": seeds})]


def paired_table(folder: Path, paired: Paired, held: Collection[str]) -> DrawTable:
    """Write the draws that seeds meet, or as many as a folder lacks; numbers that are ``held`` left out.

    Raises
    ------
    InputError
        If the posterior has fewer draws.
    """
    if not paired.draws:
        return DrawTable(None)
    path, n = folder / DRAWS, paired.n_draws
    if not path.is_file() or pq.read_metadata(path).num_rows < n:
        rows = posterior_rows(n, held)
        write_draws(path, list(dict.fromkeys(name for row in rows for name in row)), iter(rows))
    return DrawTable(path)


def paired_jobs(
    study: Study, paired: Paired, table: DrawTable, seeds: range, names: tuple[str, ...] = ()
) -> Iterator[Job]:
    """Return the runs seed by seed, so that a process needs the past of one seed at a time."""
    for seed in seeds:
        draw = paired.draw_of(seed)
        yield from study.jobs(iter([(draw, table.values(draw))]), range(seed, seed + 1), names)
