"""Spread without children: counties adopt, seats are handed out, posts open; for calibration, first answers.

The monthly step is the one of the full model (:func:`model.spread.spread_approach`). Two depths are offered:
*posts* keeps numbers of posts per county and takes milliseconds for the whole country; *workers* also staffs
every post, village by village (:func:`model.staffing.staff_posts`). Trust, backlog and visible results need
children and have no part here.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from columns.compiling import kernel
from columns.draws import draw, uniform
from columns.layout import KIND_VILLAGE, STAGE_UNIVERSAL, VILLAGE
from columns.numbers import Whole
from columns.state import records
from columns.streams import stream
from model.calendar import month_text
from model.codes import MINUTES_PER_HOUR
from model.counties import load_provinces
from model.money import (
    DEDICATED_MONTHS,
    FEN_PER_YUAN,
    PART_TIME_MONTHS,
    POSTS_OPENED,
    POSTS_UNFUNDED,
    SUPERVISION_MINUTES,
    WORKERS_TRAINED,
    account_costs,
    affordable_posts,
    money_arrays,
    set_budgets,
)
from model.orders import PROPORTIONAL, county_scores, rank_villages, rural_first, villages_among
from model.parameters import default_parameters
from model.policy import Policy, apply_policy, make_policy, national_path, waves_arrays
from model.scenario import Scenario
from model.spread import spread_approach
from model.spread_setup import Spread, bare_counties, prepare_spread, seed_keys
from model.staffing import FIRST_FILLED, LAST_FILLED, staff_posts
from model.strategy import Wave
from model.world import World
from model.worlds import WORLDS

FILLED_ROUNDED = stream("posts.filled")

MEASURES = (
    "villages_with_post",
    "villages_with_post_of_kind_village",
    "villages_reached",
    "villages_active",
    "counties_none",
    "counties_pilot",
    "counties_universal",
    "open_demand",
    "seats_offered",
    "seats_used",
    "cost_fen",
)
(WITH_POST, KIND_VILLAGE_WITH_POST, REACHED, ACTIVE, NONE, PILOT, UNIVERSAL, DEMAND, OFFERED, USED, COST) = (
    range(len(MEASURES))
)
"""Columns of a series.

``villages_with_post`` have a worker in the post at the end of the month; ``villages_reached`` had one at
least once and the post is still paid for. The depth *posts* knows no vacancies and no training: there both
are equal, ``villages_active`` is 0, and kinds are told apart by what a neutral order makes of the counts. In
the calibrated mode a province's ``seats_offered`` are those it was given.
"""

POSTS, WORKERS = DEPTHS = ("posts", "workers")


type People = tuple[np.recarray, np.recarray, np.ndarray]
"""Townships, villages, and the villages of each county in the order in which they get posts."""


class Places(NamedTuple):
    """Counties and their table: all that the depth *posts* needs of a world."""

    counties: np.recarray
    table: pd.DataFrame


class SpreadRun(NamedTuple):
    """Result of a run without children.

    Attributes
    ----------
    series : int64 array, shape (months, provinces, len(MEASURES))
        End of month; all provinces in the order of their codes.
    national_seats : int64 array, shape (months,)
        Offered to the whole world in a month, apart from those of waves.
    counties : record array
        At the end.
    villages : record array
        At the end; only as long as the posts were staffed (depth *workers*), else empty.
    """

    series: np.ndarray
    national_seats: np.ndarray
    counties: np.recarray
    villages: np.recarray

    def total(self, measure: str) -> np.ndarray:
        """Return a measure summed over provinces, one number per month."""
        summed: np.ndarray = self.series[:, :, MEASURES.index(measure)].sum(axis=1)
        return summed

    def frame(self) -> pd.DataFrame:
        """Return the series as a table: month, province_code and a column per measure; money in yuan."""
        months, provinces, _ = self.series.shape
        made = pd.DataFrame(self.series.reshape(-1, len(MEASURES)), columns=list(MEASURES))
        made.insert(0, "month", np.repeat([month_text(m) for m in range(months)], provinces))
        made.insert(1, "province_code", np.tile(load_provinces().province_code, months))
        made["cost_yuan"] = made.pop("cost_fen") / FEN_PER_YUAN
        return made


def places_of(world: str) -> Places:
    """Return the counties of a shipped world without building its villages."""
    made = WORLDS[world]
    table = made.rows(default_parameters()).reset_index(drop=True)
    return Places(bare_counties(table, made.kinds), table)


def simulate_spread(
    world: World | Places,
    scenario: Scenario,
    seed: int | None = None,
    until: int | None = None,
    depth: str = POSTS,
) -> SpreadRun:
    """Simulate the spread of the approach in a scenario without children.

    Parameters
    ----------
    world : World or Places
        Places are enough for the depth *posts*. The records are not changed.
    scenario : Scenario
        Its own world is not looked at.
    seed, until : int, optional
        Replication and last month (inclusive); by default the scenario's.
    depth : str
        "posts" or "workers".
    """
    return run_spread(
        world,
        make_policy(scenario.schedule),
        scenario.strategy.waves,
        scenario.strategy.order_index,
        scenario.seed if seed is None else seed,
        scenario.until if until is None else until,
        depth,
    )


def run_spread(
    world: World | Places,
    policy: Policy,
    waves: Sequence[Wave],
    order: int = PROPORTIONAL,
    seed: int = 0,
    until: int = 0,
    depth: str = POSTS,
    path: np.ndarray | None = None,
) -> SpreadRun:
    """The same from a ready policy, for many draws (:func:`model.policy.hold`).

    Parameters
    ----------
    path : float array, optional
        What happens outside the world; by default the stored national path.

    Raises
    ------
    ValueError
        If the depth is unknown, or needs villages that the world lacks.
    """
    if depth not in DEPTHS:
        raise ValueError(f"depth {depth!r} is not one of {', '.join(DEPTHS)}")
    with np.errstate(over="ignore"):  # hashing overflows on purpose, which uncompiled kernels report
        counties = world.counties.copy().view(np.recarray)
        seed_keys(seed, counties)
        rules = policy.records[0].copy()
        people, score = None, None
        if depth == WORKERS:
            if not isinstance(world, World):
                raise ValueError("the depth 'workers' needs a world with villages")
            people = _people(world, counties, seed, order)
            score = county_scores(order, counties, people[1])
        spread = prepare_spread(
            counties, world.table, seed, rules, *waves_arrays(waves, counties, seed), order, score
        )
        n_kind = np.minimum(world.table.villages.to_numpy(np.int64), counties.n_villages)
        path = national_path() if path is None else path
        return _run(counties, n_kind, spread, policy, rules, people, until, path)


def _people(world: World, counties: np.recarray, seed: int, order: int) -> People:
    townships, villages = world.townships.copy().view(np.recarray), world.villages.copy().view(np.recarray)
    seed_keys(seed, counties, townships, villages, world.township_ordinal, world.village_ordinal)
    return townships, villages, rank_villages(order, counties, townships, villages, world.children_2010())


def _run(
    counties: np.recarray,
    n_kind: np.ndarray,
    spread: Spread,
    policy: Policy,
    rules: np.recarray,
    people: People | None,
    until: int,
    path: np.ndarray,
) -> SpreadRun:
    counters, costs, payments, gap = money_arrays(len(counties))
    series = np.zeros((until + 1, len(spread.provinces), len(MEASURES)), dtype=np.int64)
    seats = np.zeros(until + 1, dtype=np.int64)
    n_first = rural_first(counties, rules)
    for month in range(until + 1):
        apply_policy(month, policy, rules, spread.nation, path)
        set_budgets(counties, rules)
        spread_approach(month, counties, *spread, rules)
        if people is None:
            open_counted_posts(month, counties, counters, rules)
        else:
            townships, villages, rank = people
            staff_all(month, counties, townships, villages, rank, counters, rules)
        account_costs(counties, counters, costs, payments, gap, rules)
        seats[month] = spread.nation[0].seats
        record(series[month], counties, spread.provinces, costs)
        series[month, :, KIND_VILLAGE_WITH_POST] = _kind_villages(counties, n_kind, n_first, people)
    villages = records(np.zeros(0, dtype=VILLAGE)) if people is None else people[1]
    return SpreadRun(series, seats, counties, villages)


def _kind_villages(
    counties: np.recarray, n_kind: np.ndarray, n_first: np.ndarray, people: People | None
) -> np.ndarray:
    """Villages with a post that are of kind village, per province."""
    if people is None:
        number = villages_among(counties.n_posts, n_first, n_kind, counties.n_villages)
    else:
        villages = people[1]
        with_post = (villages.post >= FIRST_FILLED) & (villages.post <= LAST_FILLED)
        owner = villages.county[with_post & (villages.kind == KIND_VILLAGE)]
        number = np.bincount(owner, minlength=len(counties))
    return np.bincount(counties.province, number, len(load_provinces())).astype(np.int64)


@kernel
def open_counted_posts(month: Whole, counties: np.recarray, counters: np.ndarray, rules: np.recarray) -> None:
    """Open and fill posts as numbers per county, and count what they cost with shares instead of people.

    Under a mandate the designated share is filled at once. Of the posts that look for somebody the mean
    number finds one in a month, rounded with a keyed draw.
    """
    find = 1.0 / max(rules[0].recruiting_months, 1.0)
    for c in range(counties.shape[0]):
        county = counties[c]
        opened = max(min(county.seats, county.n_villages - county.n_opened), 0)
        county.seats_used = opened
        universal = county.stage == STAGE_UNIVERSAL
        funded = min(county.n_opened + opened, county.posts_funded)
        if rules[0].budget_binds > 0.0:
            funded = min(funded, max(affordable_posts(county, rules), 0))
        looking = max(min(county.n_opened, funded) - county.n_started, 0)
        found = 0.0
        if looking > 0:
            found = find * looking
        if universal:
            found += rules[0].designated_share * opened
        if found > 0.0:
            found = math.floor(found + uniform(draw(county.key, FILLED_ROUNDED, month, 0)))
        county.n_opened += opened
        county.n_started = min(county.n_started + np.int64(found), funded)
        county.n_posts = county.n_started
        share = rules[0].part_time_posts_share if universal else rules[0].part_time_pilot_posts_share
        part_time = np.int64(math.floor(share * county.n_posts))
        hours = rules[0].supervision_hours_per_post * min(rules[0].supervision, 1.0)
        counters[c, POSTS_OPENED] += opened
        counters[c, WORKERS_TRAINED] += opened
        counters[c, PART_TIME_MONTHS] += part_time
        counters[c, DEDICATED_MONTHS] += county.n_posts - part_time
        counters[c, SUPERVISION_MINUTES] += np.int64(math.floor(hours * MINUTES_PER_HOUR * county.n_posts))
        counters[c, POSTS_UNFUNDED] += county.n_opened - funded


@kernel
def staff_all(
    month: Whole,
    counties: np.recarray,
    townships: np.recarray,
    villages: np.recarray,
    rank: np.ndarray,
    counters: np.ndarray,
    rules: np.recarray,
) -> None:
    """Staff the posts of all counties for a month."""
    for c in range(counties.shape[0]):
        staff_posts(month, c, counties, townships, villages, rank, counters, rules)


@kernel
def record(row: np.ndarray, counties: np.recarray, provinces: np.recarray, costs: np.ndarray) -> None:
    """Write one month of the series; ``row`` has shape (provinces, len(MEASURES))."""
    for p in range(provinces.shape[0]):
        row[p, DEMAND] = provinces[p].open_demand
        row[p, OFFERED] = provinces[p].seats
    for c in range(counties.shape[0]):
        county = counties[c]
        p = county.province
        row[p, WITH_POST] += county.n_posts
        row[p, REACHED] += county.n_started
        row[p, ACTIVE] += county.n_active
        row[p, NONE + county.stage] += 1
        row[p, USED] += county.seats_used
        for i in range(costs.shape[1]):
            row[p, COST] += costs[c, i]
