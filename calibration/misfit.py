"""Misfit of fresh runs, judged by that of fits that are right.

An outcome is what parameters make of it plus chance. A fit gives weight to draws that met the targets, some
of them by luck, and new runs of them have none of that luck: with chance of variance v, in units of the error
variance, new runs of a *right* fit lie 1 + 2 v from a target in mean square where parameters can move the
outcome freely, and not 1. How far right fits miss in a block is therefore found out: reports are invented
from new runs of the posterior, each is fitted with the same bank, and its posterior is run afresh. In these
fits model and error model are right by construction.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from calibration.bank import Bank
from calibration.checks import ENOUGH_FOR_TRUTH, Gate, invented
from calibration.targets import Target, standardised
from calibration.weighing import fit, resampled
from results.measures.ratios import Floats

RIGHT_LEVEL = 0.95
"""Of right fits, those with a misfit up to the limit."""
LEAST_RIGHT = 20
"""Right fits from which on their 95 % quantile is known at all."""
INVENTED_SEED = 2
DIGITS = 3


class Misfit(NamedTuple):
    """How far new runs of a posterior lie from what was reported, and how far those of right fits do.

    Attributes
    ----------
    value
        Mean squared distance in error variances, over draws and targets.
    of_target
        The same by target, in error variances.
    chance
        Variance between runs of one draw, in error variances, by target; empty if not asked for.
    right
        Misfits of right fits, in error variances.
    n_left_out
        Invented reports for which the bank is too sparse.
    """

    value: float
    of_target: Floats
    chance: Floats
    right: Floats
    n_left_out: int


def misfit_of(targets: Sequence[Target], fresh: Floats) -> Floats:
    """Return the mean squared distance of outcomes, one per target, in error variances."""
    found: Floats = np.mean(standardised(targets, fresh) ** 2, axis=0)
    return found


def chance_of(targets: Sequence[Target], runs: Floats) -> Floats:
    """Return the variance between runs of one draw in units of the error variance, by target.

    Parameters
    ----------
    runs
        Outcomes, shape (draws, seeds, targets).
    """
    within = [target.scaled(runs[:, :, k]).var(axis=1, ddof=1).mean() for k, target in enumerate(targets)]
    return np.array(within) / np.array([target.sd for target in targets]) ** 2


def right_misfits(
    bank: Bank,
    targets: Sequence[Target],
    truths: Floats,
    rows: NDArray[np.int64],
    draws: int,
    simulate: Callable[[NDArray[np.int64]], Floats],
) -> tuple[Floats, int]:
    """Invent reports, fit each, run its posterior afresh; return misfits, and how many were left out.

    Parameters
    ----------
    truths
        Outcomes of new runs of posterior draws, shape (truths, targets).
    rows
        Of the bank, with the parameters of each truth; they do not count in its fit.
    draws
        Posterior draws of a fit that are run.
    simulate
        Runs rows of the bank with new seeds; returns outcomes, shape (rows, targets).
    """
    reports = invented(targets, truths, INVENTED_SEED)
    kept, chosen = [], []
    for k, report in enumerate(reports):
        found = fit(bank, targets, report, np.array([rows[k]]))
        if found.effective < ENOUGH_FOR_TRUTH:
            continue
        kept.append(report)
        chosen.append(resampled(found.weights, draws, k))
    if not kept:
        return np.empty(0), len(reports)
    outcomes = simulate(np.concatenate(chosen)).reshape(len(kept), draws, len(targets))
    misfits = [
        float(np.mean(standardised(targets, each, report) ** 2))
        for each, report in zip(outcomes, kept, strict=True)
    ]
    return np.array(misfits), len(reports) - len(kept)


def misfit_gate(found: Misfit) -> Gate:
    """Return the gate: at most the misfit that 95 in 100 right fits stay under; too few of them fail."""
    if len(found.right) < LEAST_RIGHT:
        return Gate("misfit", found.value, 0.0, passed=False)
    limit = float(np.quantile(found.right, RIGHT_LEVEL))
    return Gate("misfit", found.value, limit, found.value <= limit)


def misfit_entry(found: Misfit, targets: Sequence[Target]) -> dict[str, Any]:
    """Return what provenance says of it: raw misfit, chance, what is expected of a right fit, right fits."""
    entry: dict[str, Any] = {"value": round(found.value, DIGITS)}
    if len(found.chance):
        entry["targets"] = [
            {
                "name": target.name,
                "misfit": round(float(found.of_target[k]), DIGITS),
                "chance": round(float(found.chance[k]), DIGITS),
            }
            for k, target in enumerate(targets)
        ]
        entry["expected_where_free"] = round(float(1.0 + 2.0 * found.chance.mean()), DIGITS)
    if len(found.right):
        low, middle, high = np.quantile(found.right, (1.0 - RIGHT_LEVEL, 0.5, RIGHT_LEVEL))
        entry["right"] = {
            "fits": len(found.right),
            "left_out": found.n_left_out,
            "low": round(float(low), DIGITS),
            "middle": round(float(middle), DIGITS),
            "high": round(float(high), DIGITS),
            "share_as_far": round(float(np.mean(found.right >= found.value)), DIGITS),
        }
    return entry
