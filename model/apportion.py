"""Dividing whole numbers so that the parts add up exactly, and shares so that their mean is right."""

import numpy as np
from scipy.special import expit

NEWTON_STEPS = 60
NEARLY_NONE = 1e-9
LARGEST_STEP = 2.0


def divide(totals: np.ndarray, weights: np.ndarray, groups: np.ndarray, n_groups: int) -> np.ndarray:
    """Divide each group's total over its members in proportion to integer weights, exactly.

    Cumulative rounding down: a member gets the difference of two rounded cumulative sums, so it is within one
    of its fair share and no remainder has to be handed out.

    Parameters
    ----------
    totals : array of int, shape (n_groups,)
    weights : array of int, shape (n,)
        Non-negative; the members of a group stand next to each other.
    groups : array of int, shape (n,)
        Ascending.

    Returns
    -------
    array of int64, shape (n,)
        A group without members, or with weights that are all 0, hands out nothing.
    """
    weights = np.asarray(weights, dtype=np.int64)
    totals = np.asarray(totals, dtype=np.int64)
    sums = np.bincount(groups, weights=weights, minlength=n_groups).astype(np.int64)
    through = np.cumsum(weights)
    before = (np.cumsum(sums) - sums)[groups]
    upper = through - before
    safe = np.maximum(sums, 1)[groups]
    total = totals[groups]
    return total * upper // safe - total * (upper - weights) // safe


def shift_to_mean(
    log_odds: np.ndarray, weights: np.ndarray, groups: np.ndarray, targets: np.ndarray
) -> np.ndarray:
    """Return shares expit(log_odds + shift of the group) whose weighted mean in every group is the target.

    Logistic shares are an assumption. Newton's method on the shifts, damped; a target of 0 or 1 gives that
    share everywhere.

    Parameters
    ----------
    log_odds, weights : array of float, shape (n,)
    groups : array of int, shape (n,)
    targets : array of float, shape (n_groups,)
        Wanted means in [0, 1].
    """
    n_groups = len(targets)
    weights = np.where(np.bincount(groups, weights, n_groups)[groups] > 0, weights, 1.0)
    sums = np.bincount(groups, weights, n_groups)
    empty = sums == 0
    sums[empty] = 1.0
    inner = np.clip(targets, NEARLY_NONE, 1 - NEARLY_NONE)
    shift = np.log(inner / (1 - inner)) - np.bincount(groups, weights * log_odds, n_groups) / sums
    for _ in range(NEWTON_STEPS):
        shares = expit(log_odds + shift[groups])
        error = np.where(empty, 0.0, np.bincount(groups, weights * shares, n_groups) / sums - inner)
        if np.all(np.abs(error) < NEARLY_NONE):
            break
        slope = np.bincount(groups, weights * shares * (1 - shares), n_groups) / sums
        shift = shift - np.clip(error / np.maximum(slope, NEARLY_NONE), -LARGEST_STEP, LARGEST_STEP)
    shares = expit(log_odds + shift[groups])
    edge = targets[groups]
    return np.where(edge <= 0, 0.0, np.where(edge >= 1, 1.0, shares))
