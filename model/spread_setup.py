"""What the spread of the approach needs before month 0: keys, provinces, propensities, lags, neighbours.

Everything drawn here is keyed by province, prefecture or county code under the run's seed, so a county has
the same propensity in every world that contains it.
"""

import functools
import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from columns.compiling import kernel
from columns.draws import child_key, draw, root_key, uniform
from columns.keys import ByContent, Itself
from columns.layout import COUNTY, NATION, NO_MONTH, PROVINCE, WAVE, WAVE_PLACE
from columns.streams import stream
from model.counties import PER_PREFECTURE, load_counties, load_provinces
from model.county_shares import national_counties
from model.evidence import empty_results
from model.neighbours import compressed, edges_to_neighbours, nearest_counties
from model.orders import PROPORTIONAL, county_scores
from model.unseeded import unseeded_keys

PROPENSITY = stream("county.propensity")
ELECTION = stream("county.election")
PROVINCE_LAG = stream("province.lag")
CHAIN_PROVINCE = stream("province.staged_lag")
CHAIN_PREFECTURE = stream("prefecture.staged_lag")
CHAIN_COUNTY = stream("county.staged_lag")

TOWNSHIP_KEYS = 1_000_000
"""Ordinals of townships begin here among the parts of a county, after those of villages."""
CHAIN_SPREAD_SHARE = 0.5
"""Each step of the staged chain takes its mean lag plus or minus up to this share, uniformly [G69–G83]."""
PILOT_PROVINCES = (14, 41, 51, 53, 65)
REGION_NUMBERS = {"east": 0, "central": 1, "west": 2}
UNITS = ("villages", "communities", "other_units")
KEPT_WORLDS = 8
"""Worlds of which it is remembered who looks at whom and how counties compare."""


def bare_counties(table: pd.DataFrame, units: Sequence[str] = UNITS) -> np.recarray:
    """Return COUNTY records of a derived county table without villages: enough where only counties count.

    Parameters
    ----------
    table : DataFrame
        Complete, with derived columns and ``pilot``, in the order of the codes.
    units : sequence of str
        Kinds of village-level units that the world has.
    """
    made = np.zeros(len(table), dtype=COUNTY).view(np.recarray)
    made.code = table.county_code
    made.province = np.searchsorted(load_provinces().province_code, table.province_code)
    made.region = table.region.map(REGION_NUMBERS)
    made.n_villages = table[list(units)].sum(axis=1)
    made.first_village = np.cumsum(made.n_villages) - made.n_villages
    made.children = table.children_2010
    for name in ("fiscal_index", "poverty", "poverty_third", "pilot"):
        made[name] = table[name]
    made.stage_month = NO_MONTH
    return made


class Spread(NamedTuple):
    """Arrays of :func:`model.spread.spread_approach` apart from the counties; see there."""

    provinces: np.recarray
    nation: np.recarray
    indptr: np.ndarray
    indices: np.ndarray
    waves: np.recarray
    places: np.recarray
    order: int
    order_score: np.ndarray
    shown: np.ndarray
    chain_lag: np.ndarray


def seed_keys(
    seed: int,
    counties: np.ndarray,
    townships: np.ndarray | None = None,
    villages: np.ndarray | None = None,
    township_ordinal: np.ndarray | None = None,
    village_ordinal: np.ndarray | None = None,
) -> None:
    """Give every place its seeded key: county by code, townships and villages by ordinal in the county."""
    root = np.atleast_1d(root_key(seed))
    counties["key"] = unseeded_keys(root, counties["code"])
    if townships is not None:
        parents = counties["key"][townships["county"]]
        townships["key"] = unseeded_keys(parents, np.asarray(township_ordinal) + TOWNSHIP_KEYS)
    if villages is not None:
        villages["key"] = unseeded_keys(counties["key"][villages["county"]], np.asarray(village_ordinal))


def prepare_spread(
    counties: np.recarray,
    table: pd.DataFrame,
    seed: int,
    rules: np.recarray,
    waves: np.recarray | None = None,
    places: np.recarray | None = None,
    order: int = PROPORTIONAL,
    order_score: np.ndarray | None = None,
    edges: Iterable[tuple[int, int]] | None = None,
) -> Spread:
    """Draw what is drawn once and return the arrays of the monthly step; fields of ``counties`` are set.

    Parameters
    ----------
    counties : record array of COUNTY
        Keys set; ``propensity`` and ``next_election`` are written.
    table : DataFrame
        The world's county table, a row per county, in the same order.
    seed : int
        Seed of the run.
    rules : record array of one row
        Parameters in force in month 0.
    waves, places : record arrays, optional
        From :func:`model.policy.waves_arrays`.
    order : int
        Position in ``model.orders.ORDERS``.
    order_score : float array, optional
        Static score of the order per county; by default from the counties' own columns.
    edges : iterable of (int, int), optional
        Pairs of county codes that replace neighbours by distance.
    """
    provinces = make_provinces(counties, seed, rules)
    nation = make_nation(counties, seed)
    indptr, indices = world_neighbours(counties, table, rules, edges)
    draw_counties(counties, propensity_covariates(counties, table, rules), rules)
    n = len(counties)
    chain_lag = np.empty(n)
    draw_chain_lags(counties, provinces, chain_lag, rules)
    return Spread(
        provinces,
        nation,
        indptr,
        indices,
        np.zeros(0, dtype=WAVE).view(np.recarray) if waves is None else waves,
        np.zeros(0, dtype=WAVE_PLACE).view(np.recarray) if places is None else places,
        order,
        county_scores(order, counties) if order_score is None else order_score,
        empty_results(n),
        chain_lag,
    )


@functools.cache
def national_units() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Codes, provinces and numbers of village-level units of all counties of the country."""
    table = load_counties()
    units = table[list(UNITS)].to_numpy(np.int64).sum(axis=1)
    return table.county_code.to_numpy(np.int64), table.province_code.to_numpy(np.int64), units


def is_real(counties: np.ndarray) -> bool:
    """True if all counties of a world are counties of the country, so that there is a country around them."""
    return _are_real(ByContent(np.asarray(counties["code"])))


@functools.lru_cache(maxsize=KEPT_WORLDS)
def _are_real(codes: ByContent) -> bool:
    return bool(np.isin(codes.array, national_units()[0]).all())


def make_provinces(counties: np.recarray, seed: int, rules: np.recarray) -> np.recarray:
    """Return one PROVINCE record for each province of the country, also for those without a county here."""
    provinces, owner = _provinces_alone().copy(), counties["province"]
    n = len(provinces)
    provinces.key = unseeded_keys(np.atleast_1d(root_key(seed)), provinces.code)
    provinces.first_county = np.searchsorted(owner, np.arange(n))
    provinces.n_counties = np.bincount(owner, minlength=n)
    provinces.n_villages = np.bincount(owner, counties["n_villages"], n).astype(np.int64)
    if not is_real(counties):
        provinces.n_counties_national = provinces.n_counties
    draw_lags(provinces, rules)
    return provinces


@functools.cache
def _provinces_alone() -> np.recarray:
    """Return the PROVINCE records with what is known of them whatever world they are in."""
    listed = load_provinces()
    provinces = np.zeros(len(listed), dtype=PROVINCE).view(np.recarray)
    provinces.code = listed.province_code
    provinces.region = listed.region.map(REGION_NUMBERS)
    owner = np.searchsorted(listed.province_code, national_units()[1])
    provinces.n_counties_national = np.bincount(owner, minlength=len(listed))
    provinces.push = 1.0
    return provinces


def make_nation(counties: np.recarray, seed: int) -> np.recarray:
    """Return the one NATION record."""
    nation = np.zeros(1, dtype=NATION).view(np.recarray)
    nation.key = root_key(seed)
    nation.n_villages = counties["n_villages"].sum()
    nation.village_share = nation.n_villages / national_units()[2].sum()
    return nation


@functools.lru_cache(maxsize=4)
def _national_neighbours(count: int, radius_km: float) -> list[np.ndarray]:
    return nearest_counties(load_counties(), count, radius_km)


def world_neighbours(
    counties: np.recarray,
    table: pd.DataFrame,
    rules: np.recarray,
    edges: Iterable[tuple[int, int]] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the neighbours of every county of the world; those outside its part of it are OUTSIDE."""
    codes = np.asarray(counties["code"])
    if edges is not None:
        return compressed(edges_to_neighbours(table, edges), codes, codes)
    count, radius_km = int(rules[0].neighbour_count), float(rules[0].neighbour_radius_km)
    return _neighbours_within(ByContent(codes), Itself(table), count, radius_km)


@functools.lru_cache(maxsize=KEPT_WORLDS)
def _neighbours_within(
    codes: ByContent, table: Itself, count: int, radius_km: float
) -> tuple[np.ndarray, np.ndarray]:
    if _are_real(codes):
        return compressed(_national_neighbours(count, radius_km), national_units()[0], codes.array)
    return compressed(nearest_counties(table.thing, count, radius_km), codes.array, codes.array)


def propensity_covariates(counties: np.recarray, table: pd.DataFrame, rules: np.recarray) -> np.ndarray:
    """Return βx of every county: standardised poverty, fiscal index and lying in a pilot province.

    Standardised over the country where the world is a part of it, so that a county has the same propensity in
    every world; over the world itself where it is invented. The slopes are assumptions.
    """
    slopes = (rules[0].propensity_poverty, rules[0].propensity_fiscal, rules[0].propensity_pilot_province)
    total = np.zeros(len(counties))
    if any(slopes):
        compared = _compared(ByContent(np.asarray(counties["code"])), Itself(table))
        for slope, (above, deviation) in zip(slopes, compared, strict=True):
            if deviation > 0.0:
                total += slope * above / deviation
    return total


@functools.lru_cache(maxsize=KEPT_WORLDS)
def _compared(codes: ByContent, table: Itself) -> list[tuple[np.ndarray, float]]:
    """Return how far counties lie above the mean, and the deviation, of each covariate."""
    reference = national_counties() if _are_real(codes) else table.thing
    found = []
    for name in ("poverty", "fiscal_index", "pilot_province"):
        usual = _covariate(reference, name)
        found.append((_covariate(table.thing, name) - np.mean(usual), float(np.std(usual))))
    return found


def _covariate(table: pd.DataFrame, name: str) -> np.ndarray:
    if name == "pilot_province":
        return table.province_code.isin(PILOT_PROVINCES).to_numpy(np.float64)
    return table[name].to_numpy(np.float64)


@kernel
def draw_counties(counties: np.recarray, covariates: np.ndarray, rules: np.recarray) -> None:
    """Draw each county's propensity, log-normal with mean 1 (z of equation (2)), and its election month."""
    sd = rules[0].propensity_sd
    for c in range(counties.shape[0]):
        key = counties[c].key
        radius = math.sqrt(-2.0 * math.log(1.0 - uniform(draw(key, PROPENSITY, 0, 0))))
        normal = radius * math.cos(
            2.0 * math.pi * uniform(draw(key, PROPENSITY, 0, 1))
        )  # Box and Muller 1958
        counties[c].propensity = covariates[c] - sd * sd / 2.0 + sd * normal
        shift = math.floor(12 * uniform(draw(key, ELECTION, 0, 0)))
        counties[c].next_election = int(rules[0].election_first_month) + int(shift)


@kernel
def draw_lags(provinces: np.recarray, rules: np.recarray) -> None:
    """Draw each province's lag in equation (8), Gamma with shape 2: the sum of two exponentials."""
    for p in range(provinces.shape[0]):
        first = math.log(1.0 - uniform(draw(provinces[p].key, PROVINCE_LAG, 0, 0)))
        second = math.log(1.0 - uniform(draw(provinces[p].key, PROVINCE_LAG, 0, 1)))
        provinces[p].lag = -rules[0].mandate_province_lag_months * (first + second)


@kernel
def draw_chain_lags(
    counties: np.recarray, provinces: np.recarray, chain_lag: np.ndarray, rules: np.recarray
) -> None:
    """Draw the months that province, prefecture and county take one after the other in the staged chain."""
    for c in range(counties.shape[0]):
        province = provinces[counties[c].province].key
        prefecture = child_key(province, counties[c].code // PER_PREFECTURE)
        chain_lag[c] = (
            around(rules[0].staged_province_lag_months, draw(province, CHAIN_PROVINCE, 0, 0))
            + around(rules[0].staged_prefecture_lag_months, draw(prefecture, CHAIN_PREFECTURE, 0, 0))
            + around(rules[0].staged_county_lag_months, draw(counties[c].key, CHAIN_COUNTY, 0, 0))
        )


@kernel
def around(mean: float, bits: np.uint64) -> float:
    """Months, uniform between mean·(1 − CHAIN_SPREAD_SHARE) and mean·(1 + CHAIN_SPREAD_SHARE)."""
    return mean * (1.0 + CHAIN_SPREAD_SHARE * (2.0 * uniform(bits) - 1.0))
