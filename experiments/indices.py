"""What drives an outcome: indices of sensitivity with intervals, from numbers alone.

Three questions, three methods. PAWN (Pianosi & Wagener 2018) needs no runs of its own: how far does the
distribution of an outcome move when one parameter is held in a part of its range? Morris (1991; Campolongo,
Cariboni & Saltelli 2007): how much does an outcome change when one parameter takes a large step, all others
where they are? Sobol' (Saltelli 2002, Saltelli et al. 2010): which share of the variance of an outcome is due
to a parameter, alone and with others?

SALib does the mathematics of the latter two. Its PAWN has no intervals and takes a thousand times as long for
them; the one here agrees with it (a test compares them) and also tells what a parameter that does nothing
would show.
"""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from experiments.draws import MORRIS_LEVELS, unit_cube
from results.measures.intervals import CONFIDENCE
from results.measures.ratios import Floats

PAWN = "pawn"
RESAMPLES, SHUFFLES = 200, 1_000
SLICES, LEAST_SLICES, LEAST_PER_SLICE = 10, 4, 20
LEAST_DRAWS = 32
"""Fewer draws tell nothing of several parameters."""
ENDS_SHARE = 0.2
"""Of the draws, those that stand for the low and for the high end of a parameter."""
NOISE_QUANTILE = 0.95
TESTS = 2
"""A parameter is clear by its index or by its ends; false alarms are shared between the two."""
Z = float(stats.norm.ppf((1 + CONFIDENCE) / 2))


def pawn(x: Floats, y: Floats, seed: int = 0) -> pd.DataFrame:
    """Return PAWN indices of parameters, a row each.

    Parameters
    ----------
    x, y
        Shapes (draws, parameters) and (draws,).

    Returns
    -------
    DataFrame
        ``index`` (mean distance of Kolmogorov and Smirnov between the distribution of y in a slice of the
        parameter and that of all y, 0 to 1; over few slices the mean tells more than the usual median) with
        bootstrap interval ``low``, ``high``; ``maximum`` over the slices; ``noise``: what the strongest of so
        many parameters stays under in 95 of 100 cases if none does anything; ``at_low`` and ``at_high`` (mean
        of y in the lowest and highest fifth of the parameter) with half-widths of their 95 % intervals
        ``at_low_half`` and ``at_high_half``; ``ends_noise``: likewise for the distance of the two ends;
        ``clear``: index or ends above their noise, together a false alarm in 5 of 100 cases at most.
    """
    rng = np.random.default_rng(seed)
    slices = n_slices(len(y))
    broken = rng.random(x.shape)
    resampled = [_with_replacement(rng, len(y)) for _ in range(RESAMPLES)]
    nothing = [
        _distances(rng.permutation(len(y)) * slices // len(y), y, slices).mean() for _ in range(SHUFFLES)
    ]
    rows = []
    for values, ties in zip(x.T, broken.T, strict=True):
        distances = _distances(_slice_of(values, ties, slices), y, slices)
        index = float(distances.mean())
        again = [
            float(_distances(_slice_of(values[rows_], ties[rows_], slices), y[rows_], slices).mean())
            for rows_ in resampled
        ]
        low, high = _around(index, float(np.std(again, ddof=1)))
        rows.append(
            {
                "index": index,
                "low": low,
                "high": min(high, 1.0),
                "maximum": float(distances.max()),
                **_ends(values, ties, y),
            }
        )
    table = pd.DataFrame(rows)
    apart = [abs(_ends_apart(rng.permutation(y))) for _ in range(SHUFFLES)]
    table.insert(4, "noise", among(nothing, TESTS * x.shape[1]))
    table["ends_noise"] = among(apart, TESTS * x.shape[1])
    ends = (table["at_high"] - table["at_low"]).abs()
    table["clear"] = (table["index"] > table["noise"]) | (ends > table["ends_noise"])
    return table


def among(nothing: ArrayLike, n_parameters: int) -> float:
    """Return what the strongest of so many parameters that do nothing stays under in 95 of 100 cases.

    ``nothing`` are values of one that does nothing; many are looked at, so one of them is high by chance.
    """
    share = NOISE_QUANTILE ** (1 / n_parameters)
    return float(np.quantile(np.asarray(nothing, dtype=np.float64), share, method="weibull"))


def n_slices(n_draws: int) -> int:
    """Return into how many slices a parameter is cut: ten, fewer where one would hold under twenty draws."""
    return max(LEAST_SLICES, min(SLICES, n_draws // LEAST_PER_SLICE))


def _slice_of(values: Floats, ties: Floats, slices: int) -> NDArray[np.int64]:
    """Return the slice of each draw by its rank; equal values (switches, choices) are put in any order."""
    rank = np.empty(len(values), dtype=np.int64)
    rank[np.lexsort((ties, values))] = np.arange(len(values))
    return rank * slices // len(values)


def _distances(slice_of: NDArray[np.int64], y: Floats, slices: int) -> Floats:
    """Return the greatest distance of the distribution in each slice from that of all, shape (slices,)."""
    order = np.argsort(y, kind="stable")
    y = y[order]
    inside = slice_of[order, None] == np.arange(slices)
    ends = np.append(y[1:] != y[:-1], True)  # steps of the distribution; equal values are one step
    below = inside.cumsum(axis=0)[ends]
    everywhere = np.arange(1, len(y) + 1)[ends, None] / len(y)
    distances: Floats = np.abs(below / inside.sum(axis=0) - everywhere).max(axis=0)
    return distances


def _ends(values: Floats, ties: Floats, y: Floats) -> dict[str, float]:
    order = np.lexsort((ties, values))
    n = _end_size(y)
    quantile = float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1))
    ends = {"at_low": y[order[:n]], "at_high": y[order[-n:]]}
    return {name: float(end.mean()) for name, end in ends.items()} | {
        f"{name}_half": quantile * float(end.std(ddof=1)) / np.sqrt(n) for name, end in ends.items()
    }


def _end_size(y: Floats) -> int:
    return max(int(len(y) * ENDS_SHARE), 2)


def _ends_apart(y: Floats) -> float:
    """Return the mean of the last fifth less that of the first."""
    n = _end_size(y)
    return float(y[-n:].mean() - y[:n].mean())


def morris(points: Floats, y: Floats, seed: int = 1) -> pd.DataFrame:
    """Return Morris' measures of parameters, a row each, in units of y over the whole range of a parameter.

    Parameters
    ----------
    points, y
        Whole trajectories: shapes (trajectories × (parameters + 1), parameters), from 0 to 1, and (…,).

    Returns
    -------
    DataFrame
        ``index`` (μ*, the mean absolute effect) with bootstrap interval ``low``, ``high``; ``direction`` (μ,
        the mean effect); ``spread`` (σ: great where the effect depends on the other parameters or bends).
    """
    from SALib.analyze.morris import analyze

    found = analyze(_problem(points), points, y, num_levels=MORRIS_LEVELS, num_resamples=RESAMPLES, seed=seed)
    index, half = np.asarray(found["mu_star"], dtype=float), np.asarray(found["mu_star_conf"], dtype=float)
    return pd.DataFrame(
        {
            "index": index,
            "low": np.maximum(index - half, 0.0),
            "high": index + half,
            "direction": np.asarray(found["mu"], dtype=float),
            "spread": np.asarray(found["sigma"], dtype=float),
        }
    )


def sobol(n_parameters: int, y: Floats, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return Sobol' indices of parameters and of pairs of them.

    Parameters
    ----------
    y
        Values at :func:`experiments.draws.sobol_pair_points`, whole blocks of 2 × parameters + 2.

    Returns
    -------
    DataFrame
        A row per parameter: ``index`` (total share of variance, the parameter alone and with others) with
        bootstrap interval ``low``, ``high``; ``first`` (alone), ``first_low``, ``first_high``. Estimates, so
        they may lie a little below 0.
    DataFrame
        A row per pair (positions ``one`` < ``other``): ``index`` (share of variance of the two beyond what
        each does alone), ``low``, ``high``.
    """
    from SALib.analyze.sobol import analyze

    pairs = np.triu_indices(n_parameters, k=1)
    if np.ptp(y) == 0:  # nothing varies, so nothing has a share of it
        nothing = {"index": 0.0, "low": 0.0, "high": 0.0}
        first = {"first": 0.0, "first_low": 0.0, "first_high": 0.0}
        return (
            pd.DataFrame({**nothing, **first}, index=range(n_parameters)),
            pd.DataFrame({"one": pairs[0], "other": pairs[1], **nothing}),
        )
    found = analyze(unit_cube([str(k) for k in range(n_parameters)]), y, num_resamples=RESAMPLES, seed=seed)
    alone = pd.DataFrame(
        {
            "index": found["ST"],
            "low": found["ST"] - found["ST_conf"],
            "high": found["ST"] + found["ST_conf"],
            "first": found["S1"],
            "first_low": found["S1"] - found["S1_conf"],
            "first_high": found["S1"] + found["S1_conf"],
        }
    )
    index, half = found["S2"][pairs], found["S2_conf"][pairs]
    both = {"index": index, "low": index - half, "high": index + half}
    return alone, pd.DataFrame({"one": pairs[0], "other": pairs[1], **both})


def _problem(points: Floats) -> dict[str, Any]:
    return unit_cube([str(k) for k in range(points.shape[1])])


def _with_replacement(rng: np.random.Generator, n: int) -> NDArray[np.int64]:
    return rng.integers(n, size=n)


def _around(index: float, deviation: float) -> tuple[float, float]:
    return max(index - Z * deviation, 0.0), index + Z * deviation
