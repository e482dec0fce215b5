"""Children who come and go: a plan per sector that passes through both censuses exactly.

A plan holds whole numbers of births and a whole number of children at the end of every month. What the month
itself does not settle (ageing out, births) is migration, so no lever and no seed can move a sector off its
census counts.
"""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import pandas as pd

from model.calendar import LAST_MONTH, START_YEAR, year_of
from model.counties import DATA
from model.parameters import Parameters, default_parameters
from model.unseeded import uniforms, unseeded_keys, unseeded_root
from model.world import World

ADULT_MONTHS = 216
"""A child leaves the model in the month of its 18th birthday."""
UNDER5_MONTHS = 60
CENSUS_2010, CENSUS_2020 = 6, 126
"""2010-11 and 2020-11, ends of month."""
HORIZON_MONTHS = LAST_MONTH + 1
"""Months planned by default."""
SECTOR_ORDINALS = 2_000_000
"""Sectors are numbered from here among the parts of a county, for the phase of their births."""


@dataclass(frozen=True)
class DemographicPlan:
    """Births and numbers of children, sector by sector; whole numbers throughout.

    The kernel's month: children born 216 months ago leave; ``births[s, m]`` are born; then as many arrive
    (ages uniform over 0–215 months) or leave as it takes to have ``target[s, m]`` children. In month 0
    nothing happens: the world begins with ``first_cohorts``.

    Attributes
    ----------
    births, target : array of int32, shape (n_sectors, horizon_months)
        Born in a month; children at its end.
    first_cohorts : array of int32, shape (n_sectors, 216)
        Children in month 0 by age in months; born in month ``-age``.
    village_children : array of int64, shape (n_villages,)
        Children in month 0.
    village_slots : array of int64, shape (n_villages,)
        Child slots: enough for the largest number of children of the sector at any moment of any month.
    """

    births: np.ndarray = field(repr=False)
    target: np.ndarray = field(repr=False)
    first_cohorts: np.ndarray = field(repr=False)
    village_children: np.ndarray = field(repr=False)
    village_slots: np.ndarray = field(repr=False)

    @property
    def horizon_months(self) -> int:
        """Number of months planned."""
        return self.births.shape[1]


def plan_population(
    world: World, parameters: Parameters | None = None, horizon_months: int = HORIZON_MONTHS
) -> DemographicPlan:
    """Plan births and numbers of children of every sector.

    Parameters
    ----------
    world : World
    parameters : Parameters, optional
        ``births_level``, ``birth_trend``, ``least_children_share`` and ``hold_population`` are read. With the
        last one the population of 2010 is kept constant: ages are uniform, every child who ages out is
        replaced by a birth and nobody migrates, as tests of stationarity need.
    horizon_months : int
        Months to plan, beyond the census of 2020.

    Raises
    ------
    ValueError
        If the horizon ends before the second census, on which the plan of all earlier months rests.
    """
    parameters = parameters or default_parameters()
    if horizon_months <= CENSUS_2020:
        raise ValueError(f"horizon_months is {horizon_months}; a plan must reach beyond month {CENSUS_2020}")
    codes = world.table.county_code.to_numpy()
    births, target, cohorts = plan_sectors(world.sectors, codes, parameters, horizon_months)
    start = target[:, 0]
    children = world.over_villages(start)
    slots = children + world.over_villages(slots_needed(births, target) - start)
    births, target, cohorts = (array.astype(np.int32, order="C") for array in (births, target, cohorts))
    return DemographicPlan(births, target, cohorts, children, slots)


Table = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Births, numbers of children, first cohorts."""


def plan_sectors(
    sectors: np.ndarray, county_codes: np.ndarray, parameters: Parameters, horizon: int
) -> Table:
    """Plan for sectors alone: births, target and first cohorts of :class:`DemographicPlan`, in int64."""
    if parameters.hold_population:
        return _held(sectors, horizon)
    return _through_both_censuses(sectors, county_codes, parameters, horizon)


def slots_needed(births: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Most children of every sector at any moment: at a month's end, or after births and before moves."""
    in_month = target[:, :-1] + births[:, 1:]
    return np.maximum(target.max(axis=1), in_month.max(axis=1))


def age_cohorts(total: np.ndarray, under5_share: np.ndarray) -> np.ndarray:
    """Divide children over 216 months of age: one level below five years, one above, whole numbers.

    Parameters
    ----------
    total : array of int, shape (n,)
    under5_share : array of float, shape (n,)
    """
    young = np.rint(total * under5_share).astype(np.int64)
    return np.hstack([_spread(young, UNDER5_MONTHS), _spread(total - young, ADULT_MONTHS - UNDER5_MONTHS)])


def _spread(total: np.ndarray, n: int) -> np.ndarray:
    """Divide whole numbers over ``n`` places as evenly as can be."""
    return np.diff(total[:, None] * np.arange(n + 1) // n, axis=1)


def _held(sectors: np.ndarray, horizon: int) -> Table:
    total = sectors["children_2010"]
    cohorts = _spread(total, ADULT_MONTHS)
    births = cohorts[:, -np.arange(horizon) % ADULT_MONTHS]  # as many as grow up: born 216 months before
    births[:, 0] = 0
    return births, np.repeat(total[:, None], horizon, axis=1), cohorts


def _through_both_censuses(
    sectors: np.ndarray, county_codes: np.ndarray, parameters: Parameters, horizon: int
) -> Table:
    at_census = age_cohorts(sectors["children_2010"], sectors["under5_share"])
    grown_by_census = np.repeat(at_census[:, -1:], CENSUS_2010, axis=1)  # as many as the oldest counted
    first_cohorts = np.hstack([at_census[:, CENSUS_2010:], grown_by_census])

    births = np.zeros((len(sectors), horizon), dtype=np.int64)
    births[:, 1 : CENSUS_2010 + 1] = at_census[:, CENSUS_2010 - 1 :: -1]
    births[:, CENSUS_2010 + 1 :] = _later_births(sectors, county_codes, parameters, horizon)

    target = np.empty_like(births)
    target[:, 0] = first_cohorts.sum(axis=1)
    change = np.cumsum(births[:, 1 : CENSUS_2010 + 1] - grown_by_census, axis=1)
    target[:, 1 : CENSUS_2010 + 1] = target[:, :1] + change
    target[:, CENSUS_2010 + 1 :] = _path(sectors["children_2020"], at_census, births, parameters)
    return births, target, first_cohorts


def _later_births(
    sectors: np.ndarray, county_codes: np.ndarray, parameters: Parameters, horizon: int
) -> np.ndarray:
    """Births after the first census, equation (23): rate of 2010, national trend and size of the place.

    The rate is that of the children under five in 2010; the size moves in a straight line from one census to
    the other and then stays. A fraction of a birth is carried over, from a phase that is the sector's own, so
    that small places do not all have their births in the same month.
    """
    months = np.arange(CENSUS_2010 + 1, horizon)
    passed = np.minimum((months - CENSUS_2010) / (CENSUS_2020 - CENSUS_2010), 1.0)
    size = sectors["children_2010"][:, None] * (1 - passed) + sectors["children_2020"][:, None] * passed
    rate = sectors["under5_share"][:, None] / UNDER5_MONTHS
    expected = size * rate * births_trend(months, parameters)
    codes = unseeded_keys(unseeded_root(), county_codes)
    keys = unseeded_keys(codes[sectors["county"]], sectors["kind"] + SECTOR_ORDINALS)
    phase = uniforms(keys, "sector.births_phase")[:, None]
    through = np.floor(np.cumsum(expected, axis=1) + phase)
    return np.diff(through, axis=1, prepend=0.0).astype(np.int64)


@cache
def load_births() -> pd.DataFrame:
    """National births by year, in million."""
    return pd.read_csv(DATA / "births.csv")


def births_trend(months: np.ndarray, parameters: Parameters) -> np.ndarray:
    """Births in the year of each month relative to those implied by the children under five in 2010.

    National births by year, the last of which holds for all later years, times ``births_level``; a
    ``birth_trend`` comes on top from the first census on.
    """
    series = load_births().births_million.to_numpy()
    row = np.array([year_of(int(month)) - START_YEAR for month in months])
    index = series[np.clip(row, 0, len(series) - 1)] / series[0]
    years = (months - CENSUS_2010) / 12
    return parameters.births_level * index * (1 + parameters.birth_trend) ** years


def _path(
    children_2020: np.ndarray, at_census: np.ndarray, births: np.ndarray, parameters: Parameters
) -> np.ndarray:
    """Numbers of children from month 7 on, equation (24): births less ageing out, plus a flow of migrants.

    The flow is what brings the count to that of the second census. Migrants have all ages equally, so a part
    of them has grown up by then; this is reckoned in the flow. After the census the flow goes on.
    """
    since = np.arange(1, births.shape[1] - CENSUS_2010)  # months since the first census
    none = np.zeros_like(at_census[:, :1])
    grown = np.hstack([none, np.cumsum(at_census[:, ::-1], axis=1)])
    born = np.hstack([none, np.cumsum(births[:, CENSUS_2010 + 1 :], axis=1)])
    natural = grown[:, -1:] - grown[:, np.minimum(since, ADULT_MONTHS)]
    natural = natural + born[:, since] - born[:, np.maximum(since - ADULT_MONTHS, 0)]
    # of one migrant a month, those still children, ages on arrival uniform over 0–215 months
    flow = np.cumsum(np.maximum(ADULT_MONTHS + 1 - since, 0) / ADULT_MONTHS)
    second = CENSUS_2020 - CENSUS_2010 - 1
    per_month = (children_2020 - natural[:, second]) / flow[second]
    path = natural + per_month[:, None] * flow
    later = slice(second + 1, None)
    path[:, later] = np.maximum(path[:, later], parameters.least_children_share * children_2020[:, None])
    return np.floor(np.maximum(path, 0.0) + 0.5).astype(np.int64)
