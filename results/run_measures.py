"""The measures of a run that are one number each: coverage of places, waits, equity, money, as one table.

What goes month by month stands in the series; here is what the catalogue (:mod:`results.measures.catalogue`)
computes once for the whole run or for its end, by service and where it makes sense by group.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from columns.layout import CHILD_PRESENT, POST_ACTIVE
from columns.words import STATE_MASK
from model.money import FEN_PER_YUAN, ONE_OFF, PROGRAMME
from model.observation import POSTS
from model.scale_up import ScaleUpModel
from results.groups import FIFTHS, GROUPS
from results.measures import gaps
from results.measures.coverage import UNMET_STATES, MultipleDeprivation, multiple_deprivation, place_coverage
from results.measures.equity import inequality
from results.measures.money import present_value, recurrent_per_child_year
from results.measures.ratios import Ratio, ratio
from results.measures.waiting import (
    HORIZONS_MONTHS,
    SERVED,
    WAIT_ENDS,
    cumulative_incidence,
    mean_months_waiting,
)
from results.series import ALL, COMPLEMENT, MET, NEEDED, Cube
from results.waits import followed_cases, waits_of

AT_ONCE, DEPRIVED_FROM = 1_000_000, 2
IN_TIME_OF_FILED = ("spells_served_in_time", "spells_filed")


class Entry(NamedTuple):
    """One number, in the unit of its measure, with the parts of a share; ``group`` is a stratum or empty."""

    measure: str
    service: str
    group: str
    value: float
    numerator: float
    denominator: float


def run_measures(model: ScaleUpModel, cube: Cube) -> pd.DataFrame:
    """Return the table: ``measure``, ``service``, ``group``, ``value``, ``numerator``, ``denominator``.

    A service of "all" is their sum; parts that a measure does not have, and values that are not known, are
    missing.
    """
    entries = [*_places(model), *_waiting(model, cube.services), *_deprivation(model)]
    entries += [*_equity(model, cube), *_money(model)]
    return pd.DataFrame(entries, columns=list(Entry._fields))


def _entry(measure: str, value: Any, service: str = ALL, group: str = "") -> Entry:
    """Return an entry of a number, or of a ratio with its parts."""
    if isinstance(value, Ratio):
        return Entry(
            measure, service, group, float(value.value), float(value.numerator), float(value.denominator)
        )
    return Entry(measure, service, group, float(value), float("nan"), float("nan"))


def _places(model: ScaleUpModel) -> Iterator[Entry]:
    """How far the approach has come at the end: posts, workers, children, hours."""
    state, last = model.state, model.months_done - 1
    rows = state.villages
    active = rows["post"] == POST_ACTIVE
    owner = np.repeat(np.arange(len(rows)), rows["n_slots"])
    present = (state.traits & CHILD_PRESENT) != 0
    covered = int(np.count_nonzero(present & active[owner]))
    hours = model.observed.posts[last, :, POSTS.index("worker_hours")].sum()
    found = place_coverage(
        len(rows), state.counties["n_posts"].sum(), active.sum(), np.count_nonzero(present), covered, hours
    )
    yield _entry("posts_filled_share", found.posts_filled)
    yield _entry("workers_active_share", found.workers_active)
    yield _entry("children_covered", covered)
    yield _entry("children_covered_share", found.children_covered)
    yield _entry("worker_hours_per_100_children", found.hours)


def _waiting(model: ScaleUpModel, services: tuple[str, ...]) -> Iterator[Entry]:
    """How the waits of filed cases ended within a year, and how long they took on average."""
    waits, followed = waits_of(model), followed_cases(model)
    found = cumulative_incidence(np.concatenate([waits.sum(axis=0, keepdims=True), waits]))
    means = mean_months_waiting(found)
    for row, service in enumerate(services):
        parts = [each.sum() if service == ALL else each[row - 1] for each in followed]
        yield _entry("spells_served_within_3_months", parts[0], service)
        yield _entry("spells_filed_followed", parts[1], service)
        yield _entry("spells_wait_censored", parts[2], service)
        yield _entry("served_within_3_months_share", ratio(parts[0], parts[1]), service)
        for cause, end in enumerate(WAIT_ENDS[SERVED:], start=SERVED):
            ended = found.at(HORIZONS_MONTHS[-1:], cause)[row, 0]
            yield _entry(f"{end}_incidence_share", ended, service)
        yield _entry("mean_months_waiting", means[row], service)


def _deprivation(model: ScaleUpModel) -> Iterator[Entry]:
    """Children with several needs unmet at the end; a part of the children at a time, to spare memory."""
    state = model.state
    unmet_states = np.uint16(sum(1 << each for each in UNMET_STATES))
    children = np.zeros(state.needs.shape[1] + 1, dtype=np.int64)
    for start in range(0, len(state.needs), AT_ONCE):
        here = slice(start, start + AT_ONCE)
        present = (state.traits[here] & CHILD_PRESENT) != 0
        words = state.needs[here][present]
        children += multiple_deprivation((unmet_states >> (words & STATE_MASK)) & np.uint16(1)).children
    share = MultipleDeprivation(children).at_least(DEPRIVED_FROM)
    yield _entry("children_multiply_deprived", share.numerator)
    yield _entry("children_multiply_deprived_share", share)


def _equity(model: ScaleUpModel, cube: Cube) -> Iterator[Entry]:
    """Need met along the rank of wealth and by group, and served in time by group, over the whole run."""
    months = model.months_done
    met, needed = (
        table[:months].sum(axis=0) for table in (model.observed.wealth_met, model.observed.wealth_needed)
    )
    for row, service in enumerate(cube.services):
        got, all_needed = (each.sum(axis=0) if service == ALL else each[row - 1] for each in (met, needed))
        found = inequality(got, all_needed)
        yield _entry("erreygers_index", found.erreygers, service)
        yield _entry("concentration_index", found.concentration, service)
        yield _entry("slope_index", found.slope, service)
        yield _entry("relative_index", found.relative, service)
        apart = gaps.fifths_gap(got, all_needed)
        yield _entry("fifths_gap", apart.absolute, service)
        yield _entry("fifths_ratio", apart.relative, service)
        for group in GROUPS:
            tops, bottoms = _totals(cube, (group, COMPLEMENT.format(group=group)), service)
            between = gaps.gaps_by_group(tops, bottoms)
            yield _entry("group_gap", between.absolute[0], service, group)
            yield _entry("group_ratio", between.relative[0], service, group)
            in_time = _totals(cube, (group,), service, IN_TIME_OF_FILED)
            yield _entry("in_time_of_filed_share", ratio(in_time[0][0], in_time[1][0]), service, group)
        cells = (*GROUPS, *FIFTHS)
        tops, bottoms = _totals(cube, cells, service)
        worst = gaps.worst_cell(tops, bottoms)
        if worst is not None:
            yield _entry("worst_cell_share", worst.share, service, cells[worst.position[0]])


def _totals(
    cube: Cube, strata: tuple[str, ...], service: str, names: tuple[str, str] = (MET, NEEDED)
) -> list[NDArray[np.int64]]:
    """Two counts over the run, one per stratum each: of need met and of all need unless others are named."""
    return [np.array([cube.of(name, each, service).sum() for each in strata]) for name in names]


def _money(model: ScaleUpModel) -> Iterator[Entry]:
    """What it cost in today's money, and what it costs to keep going."""
    months, observed = model.months_done, model.observed
    yuan = observed.money[:months] / FEN_PER_YUAN
    recurrent = yuan[:, [each for each in PROGRAMME if each not in ONE_OFF]].sum()
    each_year = recurrent_per_child_year(recurrent, observed.children[:months].sum())
    yield _entry("present_value_yuan", present_value(yuan.sum(axis=1)))
    yield _entry("recurrent_yuan", recurrent)
    yield _entry("child_years", each_year.denominator)
    yield _entry("recurrent_yuan_per_child_year", each_year)
