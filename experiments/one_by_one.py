"""What drives an outcome where one parameter moves at a time: the outcome at both ends of each."""

import numpy as np
import pandas as pd

from experiments.bank import REPLICATION, Bank, in_numbers
from results.measures.intervals import t_interval

COLUMNS = ["parameter", "index", "low", "high", "at_low", "at_high", "at_low_half", "at_high_half", "clear"]
BASE_DRAW = 1
"""Every number at its default; the first draw of such a design."""


def one_by_one(bank: Bank, runs: pd.Series) -> pd.DataFrame:
    """Return a row per parameter that was moved, all others at their default.

    Parameters
    ----------
    runs
        An outcome by draw and seed (:meth:`experiments.bank.Bank.by_run`); all draws have the same seeds.

    Returns
    -------
    DataFrame
        ``parameter``; ``index`` (by how much the outcome differs between the two ends) with its interval
        ``low``, ``high`` over the seeds; ``at_low``, ``at_high`` (the outcome at its lowest and highest
        level) with ``at_low_half``, ``at_high_half`` (half-width of the interval of the paired difference to
        the defaults; missing with one seed); ``clear`` (the interval holds no zero; with one seed, any
        difference). Empty where the run at defaults failed.
    """
    table = runs.unstack(REPLICATION)
    known = [draw for draw in bank.draws.index if draw in table.index and table.loc[draw].notna().all()]
    rows = []
    numbers = pd.DataFrame(in_numbers(bank.draws), index=bank.draws.index, columns=bank.draws.columns)
    for name in numbers if BASE_DRAW in known else ():
        moved = [BASE_DRAW, *(k for k in known if numbers.at[k, name] != numbers.at[BASE_DRAW, name])]
        low, high = (
            int(end) for end in (numbers.loc[moved, name].idxmin(), numbers.loc[moved, name].idxmax())
        )
        apart = (table.loc[high] - table.loc[low]).to_numpy(np.float64)
        found = t_interval(apart)
        sign = -1.0 if found.estimate < 0 else 1.0
        ends = sorted((sign * found.low, sign * found.high))
        row = {"parameter": name, "index": sign * found.estimate, "low": ends[0], "high": ends[1]}
        for end, draw in (("at_low", low), ("at_high", high)):
            half = t_interval((table.loc[draw] - table.loc[BASE_DRAW]).to_numpy(np.float64)).half_width
            row |= {end: float(table.loc[draw].mean()), f"{end}_half": half}
        row["clear"] = found.clear_of_zero if found.n > 1 else found.estimate != 0
        rows.append(row)
    columns = [
        "parameter",
        "index",
        "low",
        "high",
        "at_low",
        "at_high",
        "at_low_half",
        "at_high_half",
        "clear",
    ]
    return pd.DataFrame(rows, columns=columns)
