"""What drives the outcomes: PAWN on runs that exist; Morris and Sobol' with runs of their own.

``sensitivity`` from a notebook returns tidy data frames; ``python run.py sensitivity`` writes them with
figures and sentences. Runs of Morris and Sobol' stand in a folder beside those of the sweep, are made by the
same store, and are gone on with when the same is asked again or more is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.bank import MOST_ANALYSED, Bank, check_outcome, in_numbers, read_bank
from experiments.design import Design, read_design
from experiments.draws import (
    DRAW,
    MORRIS,
    ONE_AT_A_TIME,
    SOBOL,
    SOBOL_PAIRS,
    TABLE,
    Axis,
    Sampling,
    n_draws,
    probe_points,
)
from experiments.files import read_json
from experiments.indices import LEAST_DRAWS, PAWN, morris, pawn, sobol
from experiments.one_by_one import one_by_one
from experiments.running import Simulate, simulate
from experiments.store import ABOUT, read_draws
from experiments.sweeping import DESIGN, Swept, run_design
from model.problems import InputError, Problem
from results.league import LEAGUE_OUTCOMES, MAIN
from results.measures.ratios import Floats

METHODS = (PAWN, MORRIS, SOBOL)
DESIGNS = {MORRIS: MORRIS, SOBOL: SOBOL_PAIRS}
DEFAULT_DRAWS = {MORRIS: 20, SOBOL: 256}
"""Trajectories of Morris, points of Sobol'."""
MOST_DRAWS = {MORRIS: 1_000, SOBOL: 1_024}
MOST_SOBOL_PARAMETERS = 12
NO_PAIRS = pd.DataFrame(columns=["parameter", "other", "index", "low", "high", "clear"])

type Target = tuple[str, str]
"""A strategy, and what it is compared with: nothing, or the first strategy."""


class Sensed(NamedTuple):
    """What drives the outcomes, as tidy data frames.

    Attributes
    ----------
    indices
        A row per ``outcome``, ``strategy``, ``reference`` (empty: the level of the outcome; else its paired
        difference to that strategy) and ``parameter``: ``index`` with its 95 % interval ``low``, ``high``;
        ``clear`` (more than a parameter that does nothing would show); ``rank``; then what the method has
        besides (:mod:`experiments.indices`).
    pairs
        Of Sobol': likewise for pairs ``parameter``, ``other``; empty for other methods.
    variance
        ``outcome``, ``strategy``, ``reference``, ``draws_share``, ``replications_share``: how much of the
        variance comes from what is not known and how much from chance. Empty with one seed per draw.
    method, outcome, bank
        What was asked, and the runs that it rests on.
    facts
        Runs ``made`` now, ``draws`` in use, most ``replications`` of a draw, ``left_out`` draws.
    """

    indices: pd.DataFrame
    pairs: pd.DataFrame
    variance: pd.DataFrame
    method: str
    outcome: str
    bank: Bank
    facts: dict[str, Any]

    def of(self, target: Target, outcome: str = "") -> pd.DataFrame:
        """Return the indices of one outcome and target, the strongest first."""
        return _chosen(self.indices, target, outcome or self.outcome).sort_values("rank")

    def pairs_of(self, target: Target) -> pd.DataFrame:
        """Return the pairs of the main outcome."""
        return _chosen(self.pairs, target, self.outcome)

    def variance_of(self, target: Target) -> float:
        """Return the share of variance that comes from draws; NaN where it is not known."""
        found = _chosen(self.variance, target, self.outcome)["draws_share"]
        return float(found.iloc[0]) if len(found) else float("nan")


def _chosen(table: pd.DataFrame, target: Target, outcome: str) -> pd.DataFrame:
    strategy, reference = target
    rows = (table["outcome"] == outcome) & (table["strategy"] == strategy)
    return table[rows & (table["reference"] == reference)]


def sensitivity(
    source: Path | str,
    method: str = PAWN,
    *,
    outcome: str = MAIN,
    out: Path | str | None = None,
    draws: int | None = None,
    **options: Any,
) -> Sensed:
    """Say what drives the outcomes of a sweep or comparison.

    Parameters
    ----------
    source
        Folder of a sweep or comparison; or, for Morris and Sobol', the file of a design.
    method
        "pawn" makes no runs (where one parameter moves at a time, its two ends are told instead); "morris"
        and "sobol" make theirs in ``out``.
    outcome
        What figures and sentences are about; the tables hold more.
    out
        By default the folder ``morris`` or ``sobol`` within the source.
    draws
        Trajectories of Morris (20) or points of Sobol' (256; a power of two, at most 1,024). A number above
        that of an earlier call adds to what is there.
    options
        Of :func:`probe`: ``workers``, ``dask``, ``replications``, ``strategies``.

    Raises
    ------
    InputError
        Before anything runs.
    """
    source = Path(source)
    check_outcome(outcome)
    if method not in METHODS:
        values = {"value": method, "choices": ", ".join(METHODS)}
        raise InputError([Problem("sensing.method", values)])
    if method == PAWN:
        bank = read_bank(source)
        moved = method_of(bank.about) == ONE_AT_A_TIME  # says itself what its parameters do
        return analyse(bank, ONE_AT_A_TIME if moved else method, outcome)
    where = Path(out) if out else source / method
    made = probe(source, method, where, draws or DEFAULT_DRAWS[method], **options).outcome.made
    found = analyse(read_bank(where), method, outcome)
    return found._replace(facts={**found.facts, "made": made})


def probe(
    source: Path,
    method: str,
    out: Path,
    draws: int,
    *,
    replications: int | None = None,
    strategies: Path | None = None,
    simulate: Simulate = simulate,
    **options: Any,
) -> Swept:
    """Make the runs of Morris or Sobol' in a folder, or those that it lacks.

    All draws have the same seeds, so that what changes from one to the next is due to the parameter alone.
    ``options`` are those of :func:`experiments.sweeping.run_design`.

    Raises
    ------
    InputError
        If the folder has no design to take ranges from.
    """
    path = source / DESIGN if source.is_dir() else source
    if source.is_dir() and not path.is_file():
        raise InputError([Problem("sensing.no_design", {"folder": str(source), "method": method})])
    design = probing(read_design(path, strategies), method, draws)
    if replications:
        design = design._replace(replications=replications)
    begun = blocks_of(out)
    if begun and design.uncertain:
        design = design._replace(uncertain=design.uncertain._replace(draws=begun[0]))
    expand = max(draws - sum(begun), 0) if begun else 0
    return run_design(design, path, out, expand=expand, simulate=simulate, **options)


def blocks_of(folder: Path) -> list[int]:
    """Return how many draws were asked for in a folder, call by call; empty where nothing was."""
    return list(read_json(folder / ABOUT).get("draw_blocks", [])) if (folder / ABOUT).is_file() else []


def probing(design: Design, method: str, draws: int) -> Design:
    """Return a design with its uncertain numbers drawn as a method wants them.

    Raises
    ------
    InputError
        If nothing is uncertain in it, or there is no range to draw from, or the number of draws is none that
        the method takes.
    """
    uncertain = design.uncertain
    if uncertain is None or uncertain.method == TABLE or not uncertain.axes:
        raise InputError([Problem("sensing.no_ranges", {"method": method})])
    most = MOST_DRAWS[method]
    if draws < 2 or draws > most or (method == SOBOL and draws & (draws - 1)):
        values = {"value": draws, "most": most}
        raise InputError([Problem(f"sensing.draws.{method}", values)])
    if method == SOBOL and len(uncertain.axes) > MOST_SOBOL_PARAMETERS:
        values = {"n": len(uncertain.axes), "most": MOST_SOBOL_PARAMETERS}
        raise InputError([Problem("sensing.many", values)])
    return design._replace(
        study=replace(design.study, seeds="common"),
        uncertain=Sampling(DESIGNS[method], uncertain.axes, draws=draws, seed=uncertain.seed),
    )


def analyse(bank: Bank, method: str, outcome: str = MAIN, targets: Sequence[Target] | None = None) -> Sensed:
    """Return the indices of the runs of a bank; with ``targets`` only of these and the main outcome.

    Raises
    ------
    InputError
        If it has too few draws, or was not made for the method.
    """
    drawn = sampling_of(bank.about)
    if method != method_of(bank.about):
        raise InputError([Problem("sensing.other_method", {"folder": str(bank.folder), "method": method})])
    if bank.draws.shape[1] == 0 or (method == PAWN and len(bank.draws) < LEAST_DRAWS):
        raise InputError([_too_few(bank, len(bank.draws) if bank.draws.shape[1] else 0)])
    outcomes = [outcome] if targets else outcomes_of(bank, outcome)
    targets = targets or list(targets_of(bank))
    tables, pairs, left_out = [], [], 0
    for target in targets:
        for name in outcomes:
            y = bank.by_draw(name, *target)
            if y.isna().any():
                continue
            key = {"outcome": name, "strategy": target[0], "reference": target[1]}
            if method == ONE_AT_A_TIME:
                alone, both = _ranked(one_by_one(bank, bank.by_run(name, *target))), NO_PAIRS.copy()
            else:
                alone, both, left_out = (
                    _pawn(bank, y) if method == PAWN or drawn is None else _probed(bank, drawn, y)
                )
            tables.append(_named(key, alone))
            pairs.append(_named(key, both))
    if not any(map(len, tables)):
        raise InputError([_too_few(bank, 0)])
    apart = independent(drawn, bank.about["draw_blocks"]) if method in DESIGNS and drawn else ()
    shares = [
        {"outcome": name, "strategy": target[0], "reference": target[1],
         "draws_share": found.draws, "replications_share": found.replications}
        for target in targets
        for name in (() if method == ONE_AT_A_TIME else outcomes)  # its draws are no sample of anything
        if (found := bank.variance(name, *target, draws=apart)) is not None
    ]  # fmt: skip
    columns = ["outcome", "strategy", "reference", "draws_share", "replications_share"]
    facts = {"made": 0, "draws": len(bank.draws), "replications": bank.n_replications, "left_out": left_out}
    return Sensed(
        pd.concat(tables, ignore_index=True),
        pd.concat(pairs, ignore_index=True),
        pd.DataFrame(shares, columns=columns),
        method,
        outcome,
        bank,
        facts,
    )


def _too_few(bank: Bank, n: int) -> Problem:
    return Problem("sensing.few_draws", {"folder": str(bank.folder), "n": n, "least": LEAST_DRAWS})


def targets_of(bank: Bank) -> Iterator[Target]:
    """Return the level of every strategy and its difference to the first."""
    first, *others = bank.strategies
    yield from ((name, "") for name in bank.strategies)
    yield from ((name, first) for name in others)


def outcomes_of(bank: Bank, outcome: str) -> list[str]:
    """Return the outcomes that are analysed: the main one and those of the league table."""
    names = dict.fromkeys((outcome, *(name for name, _ in LEAGUE_OUTCOMES)))
    return [name for name in names if name in bank.outcomes()]


def independent(drawn: Sampling, blocks: Sequence[int]) -> Sequence[int]:
    """Return the draws that were drawn apart: where trajectories begin, the two ends of blocks."""
    all_draws = range(1, n_draws(drawn, blocks) + 1)
    size = n_draws(drawn, [1])
    if drawn.method == MORRIS:
        return all_draws[::size]
    return [*all_draws[::size], *all_draws[size - 1 :: size]]


def sampling_of(about: dict[str, Any]) -> Sampling | None:
    """Return how the numbers of a sweep were drawn; None where they were not."""
    drawn = about["same"].get("uncertain", {})
    if not drawn.get("method"):
        return None
    axes = tuple(
        Axis(name, low, high, logarithmic, tuple(values))
        for name, low, high, logarithmic, values in drawn["axes"]
    )
    return Sampling(drawn["method"], axes, drawn["draws"], drawn["levels"], drawn["seed"])


def method_of(about: dict[str, Any]) -> str:
    """Return the method that the draws of a folder serve."""
    drawn = sampling_of(about)
    made_for = {design: method for method, design in DESIGNS.items()} | {ONE_AT_A_TIME: ONE_AT_A_TIME}
    return made_for.get(drawn.method, PAWN) if drawn else PAWN


def _named(key: dict[str, str], table: pd.DataFrame) -> pd.DataFrame:
    for position, (name, value) in enumerate(key.items()):
        table.insert(position, name, value)
    return table


def _pawn(bank: Bank, y: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    rows = bank.some_draws(MOST_ANALYSED)
    table = pawn(in_numbers(bank.draws)[rows], y.to_numpy()[rows])
    table.insert(0, "parameter", bank.draws.columns)
    return _ranked(table), NO_PAIRS.copy(), 0


def _probed(bank: Bank, drawn: Sampling, y: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    """Return the indices of whole trajectories or blocks, and how many draws of broken ones are left out."""
    names = drawn.names
    points = probe_points(drawn, bank.about["draw_blocks"])
    values = _of_equal_draws(bank, y)
    size = n_draws(drawn, [1])
    whole = np.repeat(np.isfinite(values.reshape(-1, size)).all(axis=1), size)
    points, values = points[whole], values[whole]
    left_out = int((~whole).sum())
    if len(points) < 2 * size:
        raise InputError([_too_few(bank, len(points))])
    pairs = NO_PAIRS.copy()
    if drawn.method == MORRIS:
        table = morris(points, values)
    else:
        table, pairs = sobol(len(names), values)
        pairs = pairs.assign(
            parameter=[names[k] for k in pairs["one"]],
            other=[names[k] for k in pairs["other"]],
            clear=(pairs["low"] > 0) | (pairs["high"] < 0),
        )[["parameter", "other", "index", "low", "high", "clear"]]
    table.insert(0, "parameter", names)
    table["clear"] = table["low"] > 0
    return _ranked(table), pairs, left_out


def _of_equal_draws(bank: Bank, y: pd.Series) -> Floats:
    """Return an outcome for every draw; draws with equal numbers and seeds are one run, that of the first."""
    draws = read_draws(bank.folder).set_index(DRAW)
    group = draws.groupby(list(draws.columns), dropna=False).ngroup()
    known = y.groupby(group.loc[y.index]).first()
    values: Floats = group.map(known).to_numpy(dtype=np.float64)
    return values


def _ranked(table: pd.DataFrame) -> pd.DataFrame:
    table["rank"] = table["index"].rank(ascending=False, method="first").astype(int)
    return table
