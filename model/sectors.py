"""Countryside and towns: the two parts of a county for which a census counts children."""

import numpy as np
import pandas as pd

from columns.layout import KIND_COMMUNITY, KIND_OTHER, KIND_VILLAGE

RURAL, URBAN = 0, 1
UNIT_COLUMNS = ("villages", "other_units", "communities")
UNIT_KINDS = (KIND_VILLAGE, KIND_OTHER, KIND_COMMUNITY)
"""The order of units within a county."""

MOST_CHILDREN_PER_UNIT = 5_000
"""A census counts as town many village committees on its edge. Where a county would have more children than
this per community (or, rarely, per village), the surplus lives in the villages (communities): an assumption
that touches 2 counties in 100 in 2010 and moves half a percent of the urban children."""

CENSUS_SECTOR = np.dtype(
    [
        ("county", "i4"),
        ("kind", "i4"),  # RURAL: villages and other units; URBAN: communities
        ("first_village", "i4"),
        ("n_villages", "i4"),
        ("children_2010", "i8"),  # end of month 6
        ("children_2020", "i8"),  # end of month 126
        ("under5_share", "f8"),  # of the children of 2010
    ],
    align=True,
)
"""Two per county, rural first, so that sector = 2 × county + kind; the villages of each stand together."""


def units_of(table: pd.DataFrame, kinds: tuple[str, ...] = UNIT_COLUMNS) -> np.ndarray:
    """Number of units of each county (rows) and kind (columns of ``UNIT_COLUMNS``), 0 for kinds left out."""
    return table[list(UNIT_COLUMNS)].to_numpy(np.int64) * np.isin(UNIT_COLUMNS, kinds)


def census_sectors(table: pd.DataFrame, kinds: tuple[str, ...] = UNIT_COLUMNS) -> np.ndarray:
    """Split the children of both censuses between the countryside and the towns of every county.

    Parameters
    ----------
    table : DataFrame
        Complete county rows.
    kinds : tuple of str
        The kinds of units in the world; children of kinds left out are left out with them, in proportion to
        units within the countryside.

    Returns
    -------
    structured array of CENSUS_SECTOR, two per county
    """
    units = units_of(table, kinds)
    sectors = np.zeros(2 * len(table), dtype=CENSUS_SECTOR)
    sectors["county"] = np.repeat(np.arange(len(table)), 2)
    sectors["kind"] = np.tile([RURAL, URBAN], len(table))
    countryside, towns = units[:, :-1].sum(axis=1), units[:, -1]
    sectors["n_villages"] = np.stack([countryside, towns], axis=1).ravel()
    sectors["first_village"] = np.cumsum(sectors["n_villages"]) - sectors["n_villages"]
    sectors["under5_share"] = np.repeat(table.under5_share_2010.to_numpy(), 2)
    for year in ("2010", "2020"):
        total = table[f"children_{year}"].to_numpy(np.int64)
        rural = rural_children(table, year)
        here = rural * countryside // np.maximum(_all_countryside(table), 1)
        sectors[f"children_{year}"] = np.stack([here, np.where(towns > 0, total - rural, 0)], axis=1).ravel()
    return sectors


def rural_children(table: pd.DataFrame, year: str) -> np.ndarray:
    """Children of the countryside of every county at a census.

    By the rural share, kept within ``MOST_CHILDREN_PER_UNIT`` on both sides where that can be; all of them
    where there are no communities, none where there is nothing else.
    """
    total = table[f"children_{year}"].to_numpy(np.int64)
    countryside, towns = _all_countryside(table), table.communities.to_numpy(np.int64)
    rural = np.floor(total * table[f"rural_share_{year}"].to_numpy() + 0.5).astype(np.int64)
    least, most = total - MOST_CHILDREN_PER_UNIT * towns, MOST_CHILDREN_PER_UNIT * countryside
    rural = np.where(least <= most, np.clip(rural, least, most), rural)
    return np.where(countryside == 0, 0, np.where(towns == 0, total, rural))


def _all_countryside(table: pd.DataFrame) -> np.ndarray:
    return (table.villages + table.other_units).to_numpy(np.int64)
