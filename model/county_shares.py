"""County averages that no census publishes: poverty, parents away, remoteness, migrants, public money.

Each is an index from the county table, shifted until the national or regional figure that *is* published
comes out.
"""

from functools import lru_cache

import numpy as np
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, ndtri

from model.counties import load_counties, load_pilot_counties, load_provinces
from model.parameters import Parameters, default_parameters

REGIONS = ("east", "central", "west")
WEST = "west"
WIDEST_SHIFT = 30.0
MIGRATION_BOUNDS = (0.5, 1.5)
"""Residents per registered resident beyond which more says nothing more."""
HIGHEST_SHARE = 0.95
THIRDS = 3
USED = (
    "rural_poverty_share", "rural_poverty_share_eight", "urban_poverty_odds", "poor_county_log_odds",
    "poverty_remoteness_log_odds", "left_behind_national_share", "left_behind_central_share",
    "left_behind_west_share", "left_behind_urban_share", "left_behind_slope", "migrant_share_without_inflow",
    "migrant_community_share", "fiscal_east", "fiscal_central", "fiscal_west", "fiscal_poverty_elasticity",
)  # fmt: skip
"""The parameters that decide county averages."""
DERIVED = (
    "rural_poverty", "urban_poverty", "poverty", "poverty_third", "rural_left_behind", "urban_left_behind",
    "remoteness_score", "seat_score", "migrant", "fiscal_index",
)  # fmt: skip


def national_counties(parameters: Parameters | None = None) -> pd.DataFrame:
    """All counties with the derived columns, made for the whole country, so that a part of it never differs.

    The table is shared by all callers with equal parameters of geography: take a copy before changing it.
    """
    chosen = parameters or default_parameters()
    return _national(default_parameters().replace(**{name: getattr(chosen, name) for name in USED}))


@lru_cache(maxsize=8)
def _national(parameters: Parameters) -> pd.DataFrame:
    pilot = load_counties().county_code.isin(load_pilot_counties().county_code)
    return derive_shares(load_counties(), parameters).assign(pilot=pilot.astype(np.int64))


def derive_shares(table: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Add the columns of ``DERIVED`` to a complete national county table.

    Parameters
    ----------
    table : DataFrame
        Every county of the country without blanks: national totals are matched, so a part will not do.
    parameters : Parameters
        Those of ``USED`` are read.

    Returns
    -------
    DataFrame
        A copy. Shares are of children; ``remoteness_score`` is a standard normal score of ruggedness over the
        villages of the west and over those of the rest, ``seat_score`` over the townships of each region;
        ``fiscal_index`` has mean 1 over children; ``poverty_third`` is 0 for the poorest third of a region's
        counties.
    """
    table = table.copy()
    rural = table.children_2010 * table.rural_share_2010
    urban = table.children_2010 - rural
    part = table.region.where(table.region == WEST, "rest")
    table["remoteness_score"] = _ruggedness_scores(table, part, table.villages + table.other_units)
    table["seat_score"] = _ruggedness_scores(table, table.region, table.townships)
    table["rural_poverty"], table["urban_poverty"] = _poverty(table, rural, parameters)
    total = table.children_2010.where(table.children_2010 > 0, 1)
    table["poverty"] = (table.rural_poverty * rural + table.urban_poverty * urban) / total
    table["poverty_third"] = _thirds(table)
    table["rural_left_behind"], table["urban_left_behind"] = _left_behind(table, rural, urban, parameters)
    table["migrant"] = _migrants(table, urban, parameters)
    table["fiscal_index"] = _fiscal_index(table, parameters)
    return table


def _ruggedness_scores(table: pd.DataFrame, part: pd.Series, units: pd.Series) -> pd.Series:
    """Rank of ruggedness among the units of a part of the country, as a normal score."""
    order = table.sort_values(["ruggedness_m", "county_code"]).index
    weight = (units + 1.0)[order]  # a county without such units has a rank too
    of_part = weight.groupby(part[order])
    middle = (of_part.cumsum() - weight / 2) / of_part.transform("sum")
    return pd.Series(ndtri(middle), index=order)[table.index]


def _poverty(table: pd.DataFrame, rural: pd.Series, parameters: Parameters) -> tuple[pd.Series, pd.Series]:
    """Poor county and remoteness raise the odds; the eight minority provinces and the country match [D19]."""
    index = parameters.poor_county_log_odds * table.poor_2014
    index = index + parameters.poverty_remoteness_log_odds * table.remoteness_score
    provinces = load_provinces()
    eight = table.province_code.isin(provinces.province_code[provinces.minority_eight == 1])
    poor = parameters.rural_poverty_share * rural.sum()
    poor_in_eight = parameters.rural_poverty_share_eight * rural[eight].sum()
    odds = pd.Series(0.0, index=table.index)
    for part, count in ((eight, poor_in_eight), (~eight, poor - poor_in_eight)):
        mean = count / rural[part].sum()
        odds[part] = index[part] + _shift(index[part], rural[part], mean)
    return expit(odds), expit(odds + np.log(parameters.urban_poverty_odds))


def _thirds(table: pd.DataFrame) -> pd.Series:
    """Poorest, middle and least poor third of the counties of each region."""
    rank = table.groupby("region").poverty.rank(method="first", ascending=False) - 1
    return (rank * THIRDS // table.groupby("region").poverty.transform("size")).astype(np.int64)


def _left_behind(
    table: pd.DataFrame, rural: pd.Series, urban: pd.Series, parameters: Parameters
) -> tuple[pd.Series, pd.Series]:
    """Registered people who are away raise the odds; each region matches its part of the national count."""
    index = parameters.left_behind_slope * (1 - table.residents_per_registered_2010.clip(*MIGRATION_BOUNDS))
    east_share = 1 - parameters.left_behind_central_share - parameters.left_behind_west_share
    parts = (east_share, parameters.left_behind_central_share, parameters.left_behind_west_share)
    country = pd.Series(0.0, index=table.index)
    for region, part in zip(REGIONS, parts, strict=True):
        here = table.region == region
        mean = parameters.left_behind_national_share * rural.sum() * part / rural[here].sum()
        country[here] = expit(index[here] + _shift(index[here], rural[here], mean))
    return country, expit(index + _shift(index, urban, parameters.left_behind_urban_share))


def _migrants(table: pd.DataFrame, urban: pd.Series, parameters: Parameters) -> pd.Series:
    """Residents beyond the registered ones, and a few everywhere, scaled to the national mean."""
    unregistered = (1 - 1 / table.residents_per_registered_2010).clip(lower=0.0)
    index = parameters.migrant_share_without_inflow + unregistered
    wanted = parameters.migrant_community_share * urban.sum()
    scale = brentq(
        lambda factor: ((factor * index).clip(upper=HIGHEST_SHARE) * urban).sum() - wanted,
        0.0,
        1 / parameters.migrant_share_without_inflow,
    )
    return (scale * index).clip(upper=HIGHEST_SHARE)


def _fiscal_index(table: pd.DataFrame, parameters: Parameters) -> pd.Series:
    """Richer regions and less poor counties staff their desks better; mean 1 over children."""
    region = table.region.map(
        {"east": parameters.fiscal_east, "central": parameters.fiscal_central, "west": parameters.fiscal_west}
    )
    poverty = (table.poverty - table.poverty.mean()) / table.poverty.std()
    index = region * np.exp(parameters.fiscal_poverty_elasticity * poverty)
    return index * table.children_2010.sum() / (index * table.children_2010).sum()


def _shift(log_odds: pd.Series, weight: pd.Series, mean: float) -> float:
    """Constant that brings the weighted mean of expit(log_odds + constant) to ``mean``."""
    return brentq(
        lambda shift: np.average(expit(log_odds + shift), weights=weight) - mean, -WIDEST_SHIFT, WIDEST_SHIFT
    )
