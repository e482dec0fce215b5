"""Sums of a run that outcomes are made of: from the arrays of a model, or from the tables of its files.

A sweep keeps a few numbers of each of thousands of runs, so these sums are taken from the model's own arrays;
the tables of :mod:`results.frames` hold the same counts, and what is made of either is equal to the last bit.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.calendar import year_of
from model.money import CATEGORIES, FEN_PER_YUAN, PAYERS
from model.observation import POSTS
from model.scale_up import ScaleUpModel
from results.measures.money import yuan_by_year
from results.measures.ratios import Floats
from results.series import Cube, count_cube

POST_SUMS = {"villages_with_post": "posts_filled", "villages_active": "villages_active"}
"""Sums over kinds of units by the names of the catalogue, and the columns of the engine."""
CATEGORY, PAYER, GAP, AVAILABLE = "category", "payer", "gap", "available"
"""Parts of the money of a run."""
FINANCING_GAP = "financing_gap"


class Yuan(NamedTuple):
    """One item of money: yuan of some calendar years, shape (years,)."""

    part: str
    item: str
    years: NDArray[np.int64]
    yuan: Floats


class Sums(NamedTuple):
    """Counts by month, stratum and service; posts by month, shape (months,); money by part, item and year."""

    cube: Cube
    posts: dict[str, NDArray[np.int64]]
    money: dict[str, dict[str, Floats]]

    @property
    def services(self) -> list[str]:
        """Names of the services."""
        return list(self.cube.services[1:])

    @property
    def n_months(self) -> int:
        """Months of the run."""
        return len(self.cube.months)


def sums_of(model: ScaleUpModel) -> Sums:
    """Return the sums of a model that has run for at least a month."""
    posts = model.observed.posts[: model.months_done].sum(axis=1)
    money: dict[str, dict[str, Floats]] = {}
    for part, item, _, yuan in money_by_year(model):
        money.setdefault(part, {})[item] = yuan
    return Sums(
        count_cube(model), {name: posts[:, POSTS.index(key)] for name, key in POST_SUMS.items()}, money
    )


def sums_in(cube: Cube, posts: pd.DataFrame, money: pd.DataFrame) -> Sums:
    """Return the same of the counts and the tables of posts and of money that a run left."""
    by_month = posts.groupby("month")[list(POST_SUMS)].sum()
    by_item: dict[str, dict[str, Floats]] = {}
    for (part, item), rows in money.groupby(["part", "item"], sort=False):
        by_item.setdefault(part, {})[item] = rows.sort_values("year")["yuan"].to_numpy(np.float64)
    return Sums(cube, {name: by_month[name].to_numpy(np.int64) for name in by_month}, by_item)


def money_by_year(model: ScaleUpModel) -> list[Yuan]:
    """Return what was spent by category and payer, the financing gap, and what users said is available."""
    observed, months = model.observed, model.months_done
    years = np.array([year_of(month) for month in range(months)])
    found = []
    for part, items, fen in (
        (CATEGORY, CATEGORIES, observed.money[:months]),
        (PAYER, PAYERS, observed.payers[:months]),
        (GAP, (FINANCING_GAP,), observed.gap[:months, np.newaxis]),
    ):
        distinct, yuan = yuan_by_year(fen.T, years)
        found += [Yuan(part, item, distinct, row) for item, row in zip(items, yuan, strict=True)]
    given = model.world.given
    told = {year: fen.clip(0) for year, fen in (given.money_fen.items() if given else ()) if year in years}
    distinct = np.array(sorted(told), dtype=np.int64)
    for place, payer in enumerate(PAYERS if told else ()):
        yuan = np.array([float(told[year][:, place].sum()) / FEN_PER_YUAN for year in distinct])
        found.append(Yuan(AVAILABLE, payer, distinct, yuan))
    return found


def total(by_item: dict[str, Floats]) -> float:
    """Return the sum over items and years, in their unit.

    Items are added up one by one with compensation (Kahan 1965) and then together in the order given, as
    tables of the same numbers are by pandas: sums of yuan differ in their last bit with the order.
    """
    return float(np.sum([_compensated(values) for values in by_item.values()]))


def _compensated(values: Floats) -> float:
    added = lost = 0.0
    for value in values.tolist():
        more = value - lost
        higher = added + more
        lost = (higher - added) - more
        added = higher
    return added
