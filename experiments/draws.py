"""Draws of uncertain numbers: made by a design, written down before anything runs, read back one by one.

Every design is a function that returns rows of values from a :class:`Sampling`; `METHODS` names them. Numbers
spread evenly over their range, or over its logarithm where the declaration says so; whole numbers, switches
and choices take each of their values equally often.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.stats import qmc

from experiments.files import ROWS_AT_ONCE, row_groups, write_batches
from experiments.study import DEFAULTS
from model.declarations import Value, declarations
from model.problems import InputError, Problem

FACTORIAL, LATIN_HYPERCUBE, SOBOL, ONE_AT_A_TIME, TABLE = (
    "factorial", "latin_hypercube", "sobol", "one_at_a_time", "table"
)  # fmt: skip
POSTERIOR = "posterior"
MORRIS, SOBOL_PAIRS = "morris", "sobol_pairs"
MORRIS_LEVELS = 4
DRAW = "draw"


class Axis(NamedTuple):
    """What one parameter may be, in its unit: a range (``values`` empty), or some values."""

    name: str
    low: float = 0.0
    high: float = 0.0
    logarithmic: bool = False
    values: tuple[Value, ...] = ()

    def at(self, quantile: float) -> Value:
        """Return the value at a quantile from 0 to 1, even on its (or a logarithmic) scale by definition."""
        if self.values:
            return self.values[min(int(quantile * len(self.values)), len(self.values) - 1)]
        if self.logarithmic:
            value = float(np.exp(np.log(self.low) + quantile * (np.log(self.high) - np.log(self.low))))
        else:
            value = self.low + quantile * (self.high - self.low)
        value = min(max(value, self.low), self.high)
        if declarations()[self.name].type == "integer":
            return min(int(self.low + quantile * (self.high - self.low + 1)), int(self.high))
        return value

    def levels(self, number: int) -> list[Value]:
        """Return its values, or so many evenly spaced points of its range, ends included."""
        if self.values:
            return list(self.values)
        points = [self.at(k / (number - 1)) if number > 1 else self.at(0.5) for k in range(number)]
        return list(dict.fromkeys(points))


class Sampling(NamedTuple):
    """How values of some parameters are drawn; see :mod:`experiments.design` for how people write it."""

    method: str
    axes: tuple[Axis, ...] = ()
    draws: int = 0
    levels: int = 2
    seed: int = 1
    rows: tuple[dict[str, Value], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return tuple(axis.name for axis in self.axes) or tuple(
            dict.fromkeys(n for row in self.rows for n in row)
        )

    @property
    def is_sampled(self) -> bool:
        """Whether the number of draws is free to choose."""
        return self.method in (LATIN_HYPERCUBE, SOBOL, POSTERIOR, *PROBES)


type Rows = Iterator[dict[str, Value]]


def factorial(sampling: Sampling) -> Rows:
    """Every combination of the levels of all parameters; the last parameter changes fastest."""
    levels = [axis.levels(sampling.levels) for axis in sampling.axes]
    for combination in product(*levels):
        yield dict(zip(sampling.names, combination, strict=True))


def one_at_a_time(sampling: Sampling) -> Rows:
    """Defaults first, then every level of every parameter with all others at their default."""
    base = {axis.name: declarations()[axis.name].default for axis in sampling.axes}
    yield base
    for axis in sampling.axes:
        for value in axis.levels(sampling.levels):
            if value != base[axis.name]:
                yield {**base, axis.name: value}


def latin_hypercube(sampling: Sampling) -> Rows:
    """Return as many strata as draws in every parameter, each hit once (McKay, Beckman & Conover 1979)."""
    sampler = qmc.LatinHypercube(len(sampling.axes), rng=np.random.default_rng(sampling.seed))
    yield from in_cube(sampler.random(sampling.draws), sampling.axes)


def sobol(sampling: Sampling) -> Rows:
    """Scrambled Sobol' points (Owen 1998): even in every projection; any beginning of them is a design."""
    sampler = qmc.Sobol(len(sampling.axes), rng=np.random.default_rng(sampling.seed))
    left = sampling.draws
    while left > 0:
        size = min(left, ROWS_AT_ONCE)
        yield from in_cube(
            sampler.random(size) if size & (size - 1) == 0 else _some(sampler, size), sampling.axes
        )
        left -= size


def _some(sampler: qmc.Sobol, size: int) -> NDArray[np.float64]:
    """Draw a number of points that is no power of two, bit by bit, which scipy takes without a warning."""
    parts = []
    while size:
        piece = 1 << (size.bit_length() - 1)
        parts.append(sampler.random(piece))
        size -= piece
    return np.concatenate(parts)


def table(sampling: Sampling) -> Rows:
    """Return the rows of the user's table, in their order."""
    yield from sampling.rows


def posterior(sampling: Sampling) -> Rows:
    """Return the first draws of the posterior; its rows are a fair sample in any number.

    Raises
    ------
    InputError
        If it has fewer.
    """
    if sampling.draws > len(sampling.rows):
        values = {"n": len(sampling.rows), "wanted": sampling.draws}
        raise InputError([Problem("compare.few_draws", values)])
    yield from sampling.rows[: sampling.draws]


METHODS: dict[str, Callable[[Sampling], Rows]] = {
    FACTORIAL: factorial,
    LATIN_HYPERCUBE: latin_hypercube,
    SOBOL: sobol,
    ONE_AT_A_TIME: one_at_a_time,
    TABLE: table,
    POSTERIOR: posterior,
}


def morris_points(sampling: Sampling) -> NDArray[np.float64]:
    """Return Morris' trajectories (1991): from draw to draw one parameter moves, by two of three steps.

    Shape (trajectories × (parameters + 1), parameters), on four levels from 0 to 1; ``draws`` is how many
    trajectories.
    """
    from SALib.sample.morris import sample

    points: NDArray[np.float64] = sample(
        unit_cube(sampling.names), sampling.draws, num_levels=MORRIS_LEVELS, seed=sampling.seed
    )
    return points


def sobol_pair_points(sampling: Sampling) -> NDArray[np.float64]:
    """Return Saltelli's design (2002) for Sobol' indices, pairs of parameters included.

    Shape (points × (2 × parameters + 2), parameters), from 0 to 1; ``draws`` is how many points of the
    scrambled sequence it stands on, a power of two.
    """
    from SALib.sample.sobol import sample

    points: NDArray[np.float64] = sample(unit_cube(sampling.names), sampling.draws, seed=sampling.seed)
    return points


def unit_cube(names: Sequence[str]) -> dict[str, Any]:
    """Return what SALib calls a problem: parameters from 0 to 1."""
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


PROBES = (MORRIS, SOBOL_PAIRS)
"""Designs that serve one analysis only."""


def probe_points(sampling: Sampling, blocks: Sequence[int]) -> NDArray[np.float64]:
    """Return the points of such a design, one per row; ``blocks``: how many it began with and grew by.

    Trajectories are added beside the first; the sequence of Sobol' goes on.
    """
    if sampling.method == SOBOL_PAIRS:
        return sobol_pair_points(sampling._replace(draws=sum(blocks)))
    parts = [
        morris_points(sampling._replace(draws=draws, seed=sampling.seed + k))
        for k, draws in enumerate(blocks)
    ]
    return np.concatenate(parts)


def n_draws(sampling: Sampling, blocks: Sequence[int]) -> int:
    """Return how many draws a design has with these blocks."""
    each = {MORRIS: len(sampling.names) + 1, SOBOL_PAIRS: 2 * len(sampling.names) + 2}
    return sum(blocks) * each.get(sampling.method, 1)


def in_cube(points: NDArray[np.float64], axes: Sequence[Axis]) -> Rows:
    """Return the values of parameters at points from 0 to 1."""
    for point in points:
        yield {axis.name: axis.at(float(quantile)) for axis, quantile in zip(axes, point, strict=True)}


def write_draws(path: Path, names: Sequence[str], rows: Rows, first: int = 1) -> int:
    """Write draws as a table with a column per parameter, numbered from ``first``; return how many.

    Parameters that a row does not give stay empty, which means their default.
    """
    schema = pa.schema([(DRAW, pa.int64()), *((name, _arrow_type(name)) for name in names)])
    count = 0

    def tables() -> Iterator[pa.Table]:
        nonlocal count
        chunk: list[dict[str, Value]] = []
        for row in rows:
            chunk.append({DRAW: first + count, **row})
            count += 1
            if len(chunk) == ROWS_AT_ONCE:
                yield pa.Table.from_pylist(chunk, schema=schema)
                chunk = []
        if chunk:
            yield pa.Table.from_pylist(chunk, schema=schema)

    write_batches(path, tables(), schema)
    return count


def _arrow_type(name: str) -> pa.DataType:
    kinds = {"switch": pa.bool_(), "choice": pa.string(), "month": pa.int64(), "integer": pa.int64()}
    return kinds.get(declarations()[name].type, pa.float64())


class DrawTable:
    """The draws of a file, read part by part: only the part that was asked for last is in memory.

    Without a file there is one draw, the defaults.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._first = self._last = 0
        self._rows: list[dict[str, Value]] = []

    def __iter__(self) -> Iterator[tuple[int, dict[str, Value]]]:
        if self.path is None:
            yield DEFAULTS, {}
            return
        for part in row_groups(self.path):
            for row in part.to_pylist():
                yield row.pop(DRAW), _given(row)

    def values(self, draw: int) -> dict[str, Value]:
        """Return the values of a draw."""
        if draw == DEFAULTS or self.path is None:
            return {}
        if not self._first <= draw < self._last:
            for part in row_groups(self.path):
                numbers = part[DRAW]
                if numbers[0].as_py() <= draw <= numbers[-1].as_py():
                    self._first, self._last = numbers[0].as_py(), numbers[-1].as_py() + 1
                    self._rows = part.drop_columns([DRAW]).to_pylist()
                    break
        return _given(self._rows[draw - self._first])


def _given(row: Mapping[str, Value | None]) -> dict[str, Value]:
    return {name: value for name, value in row.items() if value is not None}
