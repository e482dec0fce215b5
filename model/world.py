"""A world: the places of one simulation, before any household or any decision.

It holds what is the same for every seed and every strategy. Keys, households and slots are left to whoever
fills the places with people.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from columns.layout import COUNTY, KIND_COMMUNITY, NO_MONTH, TOWNSHIP, VILLAGE
from model.apportion import divide
from model.counties import load_provinces
from model.county_shares import REGIONS
from model.own.given import Given
from model.sectors import UNIT_COLUMNS, UNIT_KINDS, census_sectors, units_of
from model.unseeded import scores, unseeded_keys, unseeded_root

SIZE_STEPS = 65_536
"""A village of median size has this relative size; sizes are whole numbers, so shares are exact."""


@dataclass(frozen=True, eq=False)
class World:
    """Places and their attributes; never changed, since models share it.

    Attributes
    ----------
    name : str
    table : DataFrame
        The counties as in ``data/geography/counties.csv`` with the derived columns, a row per county.
    counties, townships, villages : structured arrays
        Of :data:`columns.layout.COUNTY` and so on; fields that do not depend on seed or history are filled.
    sectors : structured array of :data:`model.sectors.CENSUS_SECTOR`
        The countryside and the towns of every county.
    village_ordinal, township_ordinal : array of int32
        Number within the county, for the seeded keys.
    village_size : array of int64
        Relative number of children within the sector.
    village_names, township_names : tuple of str
        Names where a user gave them; empty for the country, where places have numbers only.
    given : Given, optional
        What a user said about these places beyond their geography.
    """

    name: str
    table: pd.DataFrame = field(repr=False)
    counties: np.ndarray = field(repr=False)
    townships: np.ndarray = field(repr=False)
    villages: np.ndarray = field(repr=False)
    sectors: np.ndarray = field(repr=False)
    village_ordinal: np.ndarray = field(repr=False)
    township_ordinal: np.ndarray = field(repr=False)
    village_size: np.ndarray = field(repr=False)
    village_names: tuple[str, ...] = field(default=(), repr=False)
    township_names: tuple[str, ...] = field(default=(), repr=False)
    given: Given | None = field(default=None, repr=False)

    @property
    def village_sector(self) -> np.ndarray:
        """Index of the sector of every village."""
        return 2 * self.villages["county"] + (self.villages["kind"] == KIND_COMMUNITY)

    def over_villages(self, totals: np.ndarray) -> np.ndarray:
        """Divide a whole number per sector over its villages by their size, exactly."""
        return divide(totals, self.village_size, self.village_sector, len(self.sectors))

    def children_2010(self) -> np.ndarray:
        """Children of every village at the census of 2010."""
        return self.over_villages(self.sectors["children_2010"])


def lay_out(
    name: str,
    table: pd.DataFrame,
    size_log_sd: float,
    kinds: tuple[str, ...] = UNIT_COLUMNS,
    township_within: np.ndarray | None = None,
    village_size: np.ndarray | None = None,
) -> World:
    """Make counties, townships, villages and sectors from a complete county table.

    Parameters
    ----------
    table : DataFrame
        Complete, with derived columns, in the order of the codes.
    size_log_sd : float
        Spread of log sizes of villages within a sector (lognormal by assumption).
    kinds : tuple of str
        Which columns of units are in the world. Without communities the children counted in towns stay
        outside; in a full world a county without one kind has all its children in the other.
    township_within : array of int, optional
        Number of the township within the county for every village. By default each kind of unit is divided
        over the townships in runs of equal length, so a township has its part of the villages and its part
        of the communities.
    village_size : array of int, optional
        Relative numbers of children, in the order of the villages; lognormal by default.
    """
    table = table.reset_index(drop=True)
    n = len(table)
    units = units_of(table, kinds)
    per_county = units.sum(axis=1)
    villages = np.zeros(per_county.sum(), dtype=VILLAGE)
    villages["county"] = np.repeat(np.arange(n), per_county)
    villages["kind"] = np.repeat(np.tile(UNIT_KINDS, n), units.ravel())
    first = np.cumsum(per_county) - per_county
    village_ordinal = (np.arange(len(villages)) - np.repeat(first, per_county)).astype(np.int32)
    for month in ("post_month", "start_month", "hired_month", "trained_month", "space_month"):
        villages[month] = NO_MONTH

    if township_within is None:
        township_within = _township_runs(table, villages["county"], units)
    townships, township_ordinal = _townships(table, villages, township_within)
    sectors = census_sectors(table, kinds)
    counties = _counties(table, per_county, townships)
    counties["children"] = sectors["children_2010"].reshape(n, 2).sum(axis=1)
    if village_size is None:
        codes = unseeded_keys(unseeded_root(), table.county_code.to_numpy())
        keys = unseeded_keys(codes[villages["county"]], village_ordinal)
        village_size = np.rint(np.exp(size_log_sd * scores(keys, "village.size")) * SIZE_STEPS).astype(
            np.int64
        )
    return World(
        name, table, counties, townships, villages, sectors, village_ordinal, township_ordinal, village_size
    )


def _township_runs(table: pd.DataFrame, county: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Number of the township within the county of every unit, kind by kind in runs of equal length."""
    run = np.repeat(units.ravel(), units.ravel())
    starts = np.cumsum(units.ravel()) - units.ravel()
    place = np.arange(len(county)) - np.repeat(starts, units.ravel())
    return place * table.townships.to_numpy(np.int64)[county] // run


def _townships(
    table: pd.DataFrame, villages: np.ndarray, within: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Set ``villages["township"]`` and return the townships that have units, with their ordinals."""
    n_townships = table.townships.to_numpy(np.int64)
    first = np.cumsum(n_townships) - n_townships
    used, villages["township"] = np.unique(first[villages["county"]] + within, return_inverse=True)
    townships = np.zeros(len(used), dtype=TOWNSHIP)
    townships["county"] = np.searchsorted(first, used, side="right") - 1
    townships["n_villages"] = np.bincount(villages["township"], minlength=len(used))
    return townships, (used - first[townships["county"]]).astype(np.int32)


def _counties(table: pd.DataFrame, per_county: np.ndarray, townships: np.ndarray) -> np.ndarray:
    n = len(table)
    counties = np.zeros(n, dtype=COUNTY)
    counties["code"] = table.county_code
    codes = load_provinces().province_code.to_numpy()
    counties["province"] = np.searchsorted(codes, table.province_code)
    counties["region"] = table.region.map({name: i for i, name in enumerate(REGIONS)})
    counties["n_villages"] = per_county
    counties["first_village"] = np.cumsum(per_county) - per_county
    counties["n_townships"] = np.bincount(townships["county"], minlength=n)
    counties["first_township"] = np.cumsum(counties["n_townships"]) - counties["n_townships"]
    for name in ("fiscal_index", "poverty", "poverty_third", "pilot"):
        counties[name] = table[name]
    counties["stage_month"] = NO_MONTH
    return counties
