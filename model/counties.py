"""The county table: read, checked, and completed where a census left blanks.

Counties created after a census have no figures in it. Their children were counted under their parents, so
what is filled in is taken out of the same prefecture and every total stays what was published.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

DATA = Path(__file__).resolve().parent.parent / "data" / "geography"
PER_PREFECTURE = 100
"""A county code is the prefecture's four digits and two more."""
PER_PROVINCE = 10_000
NOT_IN_CENSUS = (350527, 460321, 460322, 460323)
"""Kinmen is not counted by this census, and nobody tabulates the few residents of the islets of Sansha."""

CHILDREN = ("children_2010", "children_2020")
SHARES = (
    "rural_share_2010", "rural_share_2020", "under5_share_2010", "minority_share",
    "household_size", "residents_per_registered_2010",
)  # fmt: skip
"""Shares and ratios that may be blank."""
RATIOS = ("household_size", "residents_per_registered_2010")
UNITS = ("villages", "communities", "other_units")

FILLED_CHILDREN_2010, FILLED_CHILDREN_2020, FILLED_SHARES, GAVE_CHILDREN, NO_CENSUS = 1, 2, 4, 8, 16
"""Bits of the column ``filled``: which figures of a county are not its own published ones."""

MOST_OF_A_POOL = 0.5
"""If more of a prefecture's children live in new counties than this, the old counties cannot be the parents
of all of them (some were dissolved), and the children are taken out of the whole province."""
LAST_DISTRICT = 20
"""In a county code the last two digits up to 20 mean a district of the prefecture's city."""
LOWEST_ODDS = 0.005
"""Rural shares are kept this far from 0 and 1 while a share is carried from one census to the other."""


@cache
def load_provinces() -> pd.DataFrame:
    """The 31 provinces: code, names, region, and whether it is one of the eight minority provinces."""
    return pd.read_csv(DATA / "provinces.csv")


@cache
def load_pilot_counties() -> pd.DataFrame:
    """The twelve pilot counties of 2010: code, whether known or assumed, and the reason."""
    return pd.read_csv(DATA / "pilot_counties.csv")


@cache
def load_published() -> pd.DataFrame:
    """The table as published, blanks and all, in the order of the codes; take a copy before changing it."""
    table = pd.read_csv(DATA / "counties.csv").sort_values("county_code", ignore_index=True)
    check_counties(table, "data/geography/counties.csv")
    return table


@cache
def load_counties() -> pd.DataFrame:
    """All 2,978 counties without blanks; the column ``filled`` says what is not the county's own figure."""
    return fill_blanks(load_published())


def check_counties(table: pd.DataFrame, source: str) -> None:
    """Refuse a county table that cannot be simulated, naming the first wrong row and column.

    Raises
    ------
    ValueError
        Duplicate or unordered codes, negative counts, shares outside [0, 1], a county without units or
        townships, or an unknown region.
    """
    bad = table.county_code.duplicated()
    if bad.any():
        raise ValueError(f"{source}: county_code {table.county_code[bad].iloc[0]} stands twice")
    rules = {
        "townships": (table.townships >= 1, "1 or more"),
        **{name: (~(table[name] < 0), "0 or more") for name in (*UNITS, *CHILDREN)},
        **{
            name: (~((table[name] < 0) | (table[name] > 1)), "a share between 0 and 1")
            for name in SHARES
            if name not in RATIOS
        },
        **{name: (~(table[name] <= 0), "above 0") for name in RATIOS},
        "region": (table.region.isin(["east", "central", "west"]), "east, central or west"),
    }
    rules["county_code"] = (table[list(UNITS)].sum(axis=1) >= 1, "a county with at least one unit")
    for column, (fine, allowed) in rules.items():
        if not fine.all():
            row = int(np.flatnonzero(~fine)[0])
            raise ValueError(
                f"{source}, county {table.county_code.iloc[row]}, column {column}: "
                f"{table[column].iloc[row]!r} is not allowed; it must be {allowed}"
            )


def fill_blanks(published: pd.DataFrame) -> pd.DataFrame:
    """Complete the table; national totals of children in both censuses stay as published.

    Shares come from the other census where there is one, else from the prefecture, else from the province.
    Children of 2020 are estimated from the units of each kind; children of 2010 from those of 2020 and the
    growth of the prefecture. Both are taken out of the other counties of the prefecture: in 2010 out of those
    that lost more than the prefecture on the whole, which is what a parent looks like, districts of the
    city first, since development zones and new districts were mostly cut out of these.

    Where boundaries changed, the count of 2010 belongs to another area; it is estimated in the same way, so
    nothing jumps.
    """
    table = published.copy()
    table["filled"] = np.where(table[list(SHARES)].isna().any(axis=1), FILLED_SHARES, 0)
    nowhere = table.county_code.isin(NOT_IN_CENSUS).to_numpy()
    table.loc[nowhere, list(CHILDREN)] = 0.0
    table.loc[nowhere, "filled"] |= NO_CENSUS
    _fill_rural_shares(table)
    for name in (*SHARES, "ruggedness_m"):
        _fill_share(table, name)
    _fill_children_2020(table)
    _fill_children_2010(table)
    return table


def prefectures(table: pd.DataFrame) -> np.ndarray:
    """Code of the prefecture of every county."""
    return table.county_code.to_numpy() // PER_PREFECTURE


def _fill_rural_shares(table: pd.DataFrame) -> None:
    """Carry a rural share to the census that lacks it, moved as the prefecture moved (in log odds)."""
    first, second = "rural_share_2010", "rural_share_2020"
    both = table[first].notna() & table[second].notna()
    odds = {name: _log_odds(table[name]) for name in (first, second)}
    moved = (odds[second] - odds[first]).where(both)
    area = prefectures(table)
    mean = moved.groupby(area).transform("mean").fillna(moved.groupby(table.province_code).transform("mean"))
    for name, other, sign in ((first, second, -1), (second, first, +1)):
        guess = 1 / (1 + np.exp(-(odds[other] + sign * mean)))
        guess = guess.where(table[other] > 0, 0.0).where(table[other].notna())
        table[name] = table[name].fillna(guess)


def _log_odds(share: pd.Series) -> pd.Series:
    inner = share.clip(LOWEST_ODDS, 1 - LOWEST_ODDS)
    return np.log(inner / (1 - inner))


def _fill_share(table: pd.DataFrame, name: str) -> None:
    """Fill blanks with the mean of the prefecture, then of the province, weighted by units."""
    weight = table[list(UNITS)].sum(axis=1).where(table[name].notna())
    for area in (prefectures(table), table.province_code):
        mean = (table[name] * weight).groupby(area).transform("sum") / weight.groupby(area).transform("sum")
        table[name] = table[name].fillna(mean)


def _fill_children_2020(table: pd.DataFrame) -> None:
    """Estimate blanks by children per unit of each kind nearby; take them out of the others in proportion."""
    blank = table.children_2020.isna()
    countryside, rural = table.villages + table.other_units, table.rural_share_2020
    guess = sum(
        units * _per_unit(table, (table.children_2020 * share).fillna(0.0), units.where(~blank, 0))
        for units, share in ((countryside, rural), (table.communities, 1 - rural))
    )
    area = prefectures(table)
    published = table.children_2020.fillna(0.0)
    total = published.groupby(area).transform("sum")
    new = guess.where(blank, 0.0).groupby(area).transform("sum")
    kept = total / (total + new)  # of every known count, so that the total stays
    table["children_2020"] = _whole((guess.where(blank, published) * kept).fillna(0.0))
    table.loc[blank, "filled"] |= FILLED_CHILDREN_2020
    table.loc[~blank & (kept < 1), "filled"] |= GAVE_CHILDREN


def _per_unit(table: pd.DataFrame, children: pd.Series, units: pd.Series) -> pd.Series:
    """Children per unit in the prefecture, or in the province where the prefecture has no such unit."""
    local, wide = (
        children.groupby(area).transform("sum") / units.groupby(area).transform("sum").where(lambda n: n > 0)
        for area in (prefectures(table), table.province_code)
    )
    return local.fillna(wide)


def _fill_children_2010(table: pd.DataFrame) -> None:
    """Estimate blanks and changed boundaries by the growth of the area; take them out of likely parents."""
    fresh = table.children_2010.isna() | (table.boundary_changed == 1)
    published = table.children_2010.fillna(0.0)
    area = pd.Series(prefectures(table), index=table.index)
    new = _expected(table, published, area).where(fresh, 0.0)
    new_share = new.groupby(area).sum() / published.groupby(area).sum()
    wide = table.province_code[area.map(new_share.fillna(1.0) > MOST_OF_A_POOL)].unique()
    area = area.where(~table.province_code.isin(wide), table.province_code)
    expected = _expected(table, published, area)
    returned = published.where(fresh, 0.0)  # the old count of a changed county goes back to the area
    need = (expected.where(fresh, 0.0) - returned).groupby(area).transform("sum")
    excess = (published - expected).clip(lower=0.0).where(~fresh, 0.0)
    district = table.county_code % PER_PREFECTURE <= LAST_DISTRICT
    taken = pd.Series(0.0, index=table.index)
    for tier in (excess.where(district, 0.0), excess.where(~district, 0.0)):
        pool = tier.groupby(area).transform("sum")
        step = tier * np.minimum(need, pool) / pool.where(pool > 0, 1.0)
        taken, need = taken + step, need - step.groupby(area).transform("sum")
    table["children_2010"] = _whole(expected.where(fresh, published - taken))
    table.loc[fresh, "filled"] |= FILLED_CHILDREN_2010
    table.loc[~fresh & (taken.abs() >= 1), "filled"] |= GAVE_CHILDREN


def _expected(table: pd.DataFrame, published: pd.Series, area: pd.Series) -> pd.Series:
    """Children of 2010 if every county of an area had grown as the area did."""
    now = table.children_2020.groupby(area).transform("sum")
    return table.children_2020 * published.groupby(area).transform("sum") / now.where(now > 0, 1)


def _whole(counts: pd.Series) -> pd.Series:
    """Round cumulatively: whole counts stay as they are, fractions pass to the next county."""
    through = np.floor(counts.cumsum() + 0.5)
    return pd.Series(np.diff(through, prepend=0.0).astype(np.int64), index=counts.index)
