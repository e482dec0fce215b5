"""What is decided from above: dated changes of rules, dated waves, and what happens outside the world.

A scenario gives a schedule of parameters and a list of waves. Here they become what the monthly step reads: a
rules record that is replaced in the months of changes, and arrays of waves with their counties.
"""

import functools
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from columns.draws import root_key
from columns.layout import WAVE, WAVE_PLACE
from model.calendar import LAST_MONTH, NEVER
from model.counties import load_provinces
from model.county_shares import national_counties
from model.parameters import Parameters, default_parameters, rules_record
from model.reading import ROOT
from model.spread_setup import bare_counties, is_real
from model.strategy import PILOT_COUNTIES, Wave
from model.unseeded import uniforms, unseeded_keys

PATH_FILE = ROOT / "data" / "spread" / "national_path.csv"
WAVE_KEYS = 2_000_000
"""Ordinals of waves among the parts of a county begin here."""
KEPT_POLICIES = 16
EVERY_PROVINCE, POOREST = "every_province", "poorest"
"""Selections of a wave: one county of each province before a second of any, or the poorest; otherwise by
draw alone."""


class Policy(NamedTuple):
    """Rules in force from each month of change on; ``months`` ascend and begin with 0."""

    months: tuple[int, ...]
    records: tuple[np.recarray, ...]
    shocks: tuple[bool, ...]
    """Whether counties may be struck under these rules."""

    def in_force(self, month: int) -> int:
        """Position of the rules that are in force in a month."""
        return bisect_right(self.months, month) - 1


def make_policy(schedule: Iterable[tuple[int, Parameters]]) -> Policy:
    """Return the rules of every stretch of months from a scenario's schedule; they are never changed."""
    return _policy(tuple(schedule))


@functools.lru_cache(maxsize=KEPT_POLICIES)
def _policy(schedule: tuple[tuple[int, Parameters], ...]) -> Policy:
    records = [rules_record(parameters) for _, parameters in schedule]
    return _with_records(tuple(month for month, _ in schedule), records)


def _with_records(months: tuple[int, ...], records: Sequence[np.recarray]) -> Policy:
    return Policy(months, tuple(records), tuple(bool(one.shock_county_share[0] > 0.0) for one in records))


def hold(policy: Policy, values: Mapping[str, float]) -> Policy:
    """Return a policy with some rules held at a number, in its unit, throughout: quick for many draws."""
    records = [record.copy() for record in policy.records]
    for record in records:
        for name, value in values.items():
            record[name] = value
    return _with_records(policy.months, records)


def apply_policy(
    month: int, policy: Policy, rules: np.recarray, nation: np.recarray, path: np.ndarray
) -> bool:
    """Bring the rules of this month into force, and publish what happened outside the world last month.

    Parameters
    ----------
    month : int
        Present month.
    policy : Policy
        See :func:`make_policy`.
    rules : record array of one row
        Overwritten in a month of change, and in the first month of a run that goes on from a checkpoint.
    nation : record array of one row
        ``outside_share`` is set.
    path : float array, shape (months, 2)
        From :func:`national_path`.

    Returns
    -------
    bool
        True if the rules changed this month.
    """
    changed = month in policy.months
    if changed:
        rules[0] = policy.records[policy.in_force(month)][0]
    nation["outside_share"] = outside_share(month, float(rules[0].mandate_month), path)
    return changed


@functools.cache
def national_path() -> np.ndarray:
    """Share of the country's counties past stage none at the end of each month; float64, shape (months, 2).

    Column 0 without a mandate, column 1 with the mandate of 2016: means over runs of the default history on
    the whole country, stored so that a part of the country has a country around it.
    """
    table = pd.read_csv(PATH_FILE)
    path: np.ndarray = table[["without_mandate", "history"]].to_numpy(np.float64)
    return path


def outside_share(month: int, mandate_month: float, path: np.ndarray) -> float:
    """Share of outside counties adopting at the end of last month, equation (1): a mandate shifts it."""
    last = min(month - 1, len(path) - 1)
    if last < 0:
        return 0.0
    without = float(path[last, 0])
    if mandate_month == NEVER or last <= mandate_month:
        return without
    shifted = last - int(mandate_month) + int(default_parameters().mandate_month)
    return max(without, float(path[min(shifted, len(path) - 1), 1]))


@functools.lru_cache(maxsize=64)
def outside_shares(mandate_month: float) -> np.ndarray:
    """Share of outside counties adopting at the end of the month before, for every month; (months,)."""
    path = national_path()
    return np.array([outside_share(month, mandate_month, path) for month in range(LAST_MONTH + 1)])


def waves_arrays(waves: Sequence[Wave], counties: np.recarray, seed: int) -> tuple[np.recarray, np.recarray]:
    """Return WAVE and WAVE_PLACE records of the waves for a world.

    Counties are chosen from the whole country and only then cut down to the world, so a county is in a wave
    or not whatever else is simulated; an invented world chooses among its own. Which counties they were is
    not known, so what the selection leaves equal is drawn with the seed. Nobody is chosen twice, and pilot
    counties only if they are named.

    Parameters
    ----------
    waves : sequence of Wave
    counties : record array of COUNTY
        The world's, keys set.
    seed : int
        Seed of the run.
    """
    everywhere = _country(seed) if is_real(counties) else counties
    taken = everywhere["pilot"] == 1
    here = np.full(len(everywhere), -1, dtype=np.int64)
    here[np.searchsorted(everywhere["code"], counties["code"])] = np.arange(len(counties))
    wave_rows: list[tuple[int, ...]] = []
    places: list[int] = []
    for number, wave in enumerate(waves):
        chosen = _choose(wave, number, everywhere, taken)
        taken[chosen] = True
        inside = here[chosen][here[chosen] >= 0]
        seats = len(chosen) * wave.posts_per_county if wave.seats is None else wave.seats
        part = seats * len(inside) // max(len(chosen), 1)
        wave_rows.append(
            (wave.month_start, wave.month_end, wave.posts_per_county, len(places), len(inside), part)
        )
        places += inside.tolist()
    made = np.array(wave_rows, dtype=WAVE).view(np.recarray)
    return made, np.array([(c, 0) for c in places], dtype=WAVE_PLACE).view(np.recarray)


@functools.cache
def _unkeyed_country() -> np.recarray:
    return bare_counties(national_counties())


def _country(seed: int) -> np.recarray:
    counties = _unkeyed_country().copy()
    counties.key = unseeded_keys(np.atleast_1d(root_key(seed)), counties.code)
    return counties


def _choose(wave: Wave, number: int, counties: np.recarray, taken: np.ndarray) -> np.ndarray:
    """Return the rows of the counties of a wave."""
    if wave.counties == PILOT_COUNTIES:
        return np.flatnonzero(counties["pilot"] == 1)
    if not isinstance(wave.counties, int):
        codes = np.asarray(wave.counties, dtype=np.int64)
        return np.flatnonzero(np.isin(counties["code"], codes))
    free = np.flatnonzero(~taken & (counties["n_villages"] >= wave.posts_per_county))
    ties = uniforms(unseeded_keys(counties["key"][free], np.array([WAVE_KEYS + number])), "wave.county")
    first = np.zeros(len(free))
    if wave.selection == EVERY_PROVINCE:
        first = _turns(counties["province"][free], ties)
    elif wave.selection == POOREST:
        first = -counties["poverty"][free]
    return free[np.lexsort((ties, first))[: wave.counties]]


def _turns(provinces: np.ndarray, ties: np.ndarray) -> np.ndarray:
    """Number every county within its province by its draw: 0 for the first of each province."""
    order = np.lexsort((ties, provinces))
    begins = np.searchsorted(provinces[order], np.arange(len(load_provinces())))
    turns = np.empty(len(provinces), dtype=np.int64)
    turns[order] = np.arange(len(provinces)) - begins[provinces[order]]
    return turns
