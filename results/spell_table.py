"""Every spell of need of a run, one row each, put together from the log of changes of state.

The log holds a 64-bit word per change (:mod:`columns.tallies`). Sorted by child slot and service, a run of
words from the first open state to the next closed one is a spell; its dates are the months of particular
words. Counties are worked on one after the other, so a million children take seconds and little memory.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from columns.layout import (
    ADMITTED,
    CLEAR,
    FILED_ALONE,
    FILED_HELPED,
    FOUND,
    GATHERING_HELPED,
    GAVE_UP,
    INELIGIBLE,
    N_STATES,
    NO_MONTH,
    NOT_ELIGIBLE,
    SERVED,
    UNMET,
)
from columns.tallies import GROUPS, LOG_BIRTH, LOG_GROUPS, LOG_NEW, LOG_OLD, LOG_SERVICE
from columns.words import MONTH_BITS
from model.needs import BIRTH_BITS, BIRTH_SHIFT
from model.scale_up import ScaleUpModel
from results.measures.spells import (
    END_AGED_OUT,
    END_LEFT,
    END_NOT_ELIGIBLE,
    END_OPEN,
    END_PASSED,
    END_SERVED,
    SPELL_ENDS,
)
from results.series import service_names

SLOT = np.uint64((1 << 32) - 1)
SERVICE, STATE, BIRTH = np.uint64((1 << 5) - 1), np.uint64((1 << 4) - 1), np.uint64(MONTH_BITS - 1)
POSITION_BITS = 31
MOST_ATTEMPTS = 127

IS_OPEN = np.array([state >= UNMET and state not in (SERVED, ADMITTED) for state in range(N_STATES)])
"""Who is admitted was served at the desk and waits for the school term."""
IS_FILED = np.isin(np.arange(N_STATES), (FILED_ALONE, FILED_HELPED))
IS_GRANTED = np.isin(np.arange(N_STATES), (ADMITTED, SERVED, CLEAR))
IS_KNOWN = np.isin(np.arange(N_STATES), (FOUND, GATHERING_HELPED))
MONTHS = (
    "opened_month", "covered_month", "found_month", "first_filed_month", "filed_month", "served_month",
    "gave_up_month", "lapsed_month", "ended_month",
)  # fmt: skip


class Events(NamedTuple):
    """Changes of state of open needs, sorted by slot and service and in time within them."""

    month: NDArray[np.int16]
    slot: NDArray[np.int64]
    service: NDArray[np.int8]
    old: NDArray[np.int8]
    new: NDArray[np.int8]
    birth_month: NDArray[np.int16]
    groups: NDArray[np.int16]
    at_start: NDArray[np.bool_]  # not a change: how the needs stood when the run began


def spells(model: ScaleUpModel) -> pd.DataFrame:
    """Return one row per spell of need, sorted by child slot, service and time.

    Columns: ``child`` (the same id in every run of a seed), ``village``, ``county_code``, ``service``, the
    months of :class:`results.measures.spells.Spells` and of the first filing, how it ``end``-ed, ``helped``,
    ``can_lapse``, ``attempts`` (filings), ``times_gave_up``, ``open_at_start``, ``age_months`` and the strata
    of the child at the opening, ``wealth`` (percentile within the county). A spell that was open when the run
    began has no opening month; months that did not come are −1.

    Raises
    ------
    ValueError
        If the model kept no event log (``log_events``).
    """
    if not model.log_events:
        raise ValueError("spells come from the event log: make the model with log_events=True")
    return pd.concat(list(spells_by_county(model)), ignore_index=True)


def spells_by_county(model: ScaleUpModel) -> Iterator[pd.DataFrame]:
    """Return the spells of one county after the other."""
    bounds = np.append(model.state.counties["first_slot"], len(model.state.birth)).astype(np.uint64)
    cuts = [np.searchsorted(log & SLOT, bounds) for _, log in model.events]
    next_covered = _next_covered(model.observed.covered[: model.months_done])
    for c in range(len(model.state.counties)):
        parts = [
            (month, log[cut[c] : cut[c + 1]], index == 0)
            for index, ((month, log), cut) in enumerate(zip(model.events, cuts, strict=True))
        ]
        yield _county_spells(model, _events(parts), next_covered)


def _next_covered(covered: NDArray[np.bool_]) -> NDArray[np.int16]:
    """Return for every month and village the first month from then on with a trained worker."""
    never = np.iinfo(np.int16).max
    months = np.arange(len(covered), dtype=np.int16)[:, np.newaxis]
    first = np.where(covered, months, never)
    following: NDArray[np.int16] = np.minimum.accumulate(first[::-1], axis=0)[::-1].astype(np.int16)
    return following


def _events(parts: list[tuple[int, NDArray[np.uint64], bool]]) -> Events:
    """Join the words of all months and sort them."""
    words = np.concatenate([log for _, log, _ in parts])
    sizes = [len(log) for _, log, _ in parts]
    month = np.repeat(np.array([month for month, _, _ in parts], dtype=np.int16), sizes)
    start = np.repeat(np.array([first for _, _, first in parts]), sizes)
    old, new = _field(words, LOG_OLD, STATE), _field(words, LOG_NEW, STATE)
    kept = np.flatnonzero(IS_OPEN[old] | IS_OPEN[new])
    words = words[kept]
    place = (words & SLOT) * np.uint64(SERVICE + 1) + ((words >> LOG_SERVICE) & SERVICE)
    first_place = place.min(initial=place[0] if len(place) else 0)
    in_time = np.arange(len(kept), dtype=np.uint64)
    order = np.sort(((place - first_place) << np.uint64(POSITION_BITS)) | in_time)
    order &= np.uint64((1 << POSITION_BITS) - 1)
    words, kept = words[order], kept[order]
    month = month[kept]
    age = (month - _field(words, LOG_BIRTH, BIRTH)) & np.int16(MONTH_BITS - 1)
    return Events(
        month=month,
        slot=(words & SLOT).astype(np.int64),
        service=_field(words, LOG_SERVICE, SERVICE).astype(np.int8),
        old=old[kept].astype(np.int8),
        new=new[kept].astype(np.int8),
        birth_month=month - age,
        groups=(words >> LOG_GROUPS).astype(np.int16),
        at_start=start[kept],
    )


def _field(words: NDArray[np.uint64], shift: np.uint64, mask: np.uint64) -> NDArray[np.int16]:
    return ((words >> shift) & mask).astype(np.int16)


def _county_spells(model: ScaleUpModel, events: Events, next_covered: NDArray[np.int16]) -> pd.DataFrame:
    """Return the spells that the sorted events of a county make."""
    begins = ~IS_OPEN[events.old]
    spell = np.cumsum(begins) - 1
    first = np.flatnonzero(begins)
    services, state = model.tables.services, model.state
    slot, service = events.slot[first], events.service[first]
    birth = events.birth_month[first]
    village = np.searchsorted(state.villages["first_slot"], slot, side="right") - 1
    dates = _dates(events, spell, first)
    end = _ends(events, spell, first, dates, services)
    opened = dates["opened_month"]
    covered = next_covered[np.maximum(opened, 0), village]
    over = np.where(end == END_OPEN, model.months_done - 1, dates["ended_month"])
    dates["covered_month"] = np.where((opened != NO_MONTH) & (covered <= over), covered, NO_MONTH)
    home = state.villages["first_household"][village] + state.household[slot].astype(np.int64)
    last_filed = _last(spell, np.flatnonzero(IS_FILED[events.new]), len(first))
    return pd.DataFrame(
        {
            "child": (slot << BIRTH_BITS) + birth + BIRTH_SHIFT,
            "village": village.astype(np.int32),
            "county_code": state.counties["code"][state.villages["county"][village]].astype(np.int32),
            "service": pd.Categorical.from_codes(service, list(service_names(model))),
            **{name: dates[name].astype(np.int16) for name in MONTHS},
            "end": pd.Categorical.from_codes(end.astype(np.int8), list(SPELL_ENDS)),
            "helped": (last_filed >= 0) & (events.new[last_filed] == FILED_HELPED),
            "can_lapse": services["kept_matters"][service] == 1,
            "attempts": _times(spell, IS_FILED[events.new] & ~IS_FILED[events.old], len(first)),
            "times_gave_up": _times(spell, (events.new == GAVE_UP) & ~begins, len(first)),
            "open_at_start": events.at_start[first],
            "age_months": (events.month[first] - birth).astype(np.int16),
            **{group: (events.groups[first] >> bit) & 1 == 1 for bit, group in enumerate(GROUPS)},
            "wealth": state.households["wealth"][home],
        },
    )


def _dates(events: Events, spell: NDArray[np.int64], first: NDArray[np.int64]) -> dict[str, NDArray[Any]]:
    """Return the months of every spell by name; ``covered_month`` is left to the caller."""
    n, old, new = len(first), events.old, events.new

    def month_of(rows: NDArray[np.int64]) -> NDArray[Any]:
        return np.where(rows >= 0, events.month[rows], NO_MONTH)

    def earliest(condition: NDArray[np.bool_]) -> NDArray[Any]:
        return month_of(_last(spell, np.flatnonzero(condition)[::-1], n))

    filed = IS_FILED[new] & ~IS_FILED[old]
    told = month_of(_last(spell, np.flatnonzero(IS_OPEN[new]), n))
    last = np.append(first[1:], len(spell)) - 1
    closed = ~IS_OPEN[new[last]]
    ended = np.where(closed, events.month[last], NO_MONTH)
    turned_away = _turned_away(events, last)
    following = np.append(first[1:], first[-1:])
    lost = (old[following] == SERVED) & (following != first)
    for column in (events.slot, events.service, events.birth_month):
        lost &= column[first] == column[following]
    opened = np.where(events.at_start[first], NO_MONTH, events.month[first])
    return {
        "opened_month": opened,
        "found_month": earliest(IS_KNOWN[new] | (old == new)),
        "first_filed_month": earliest(filed),
        "filed_month": month_of(_last(spell, np.flatnonzero(filed), n)),
        "served_month": earliest(IS_FILED[old] & IS_GRANTED[new]),
        "gave_up_month": earliest(IS_FILED[old] & (new == GAVE_UP)),
        "lapsed_month": np.where(lost, events.month[following], NO_MONTH),
        "ended_month": np.where(turned_away, told, ended),
    }


def _turned_away(events: Events, last: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which spells ended with being told "not eligible": the family did not come back to it."""
    before = np.where(IS_OPEN[events.new[last]], events.new[last], events.old[last])
    return before == NOT_ELIGIBLE


def _ends(
    events: Events,
    spell: NDArray[np.int64],
    first: NDArray[np.int64],
    dates: dict[str, NDArray[Any]],
    services: NDArray[Any],
) -> NDArray[np.int64]:
    """Return how every spell ended, as positions in `SPELL_ENDS`."""
    last = np.append(first[1:], len(spell)) - 1
    final = events.new[last]
    age = events.month[last] - events.birth_month[last]
    too_old = age >= services["max_age_months"][events.service[last]]
    by_state = np.select(
        [IS_OPEN[final], (final == SERVED) | (final == ADMITTED), final == INELIGIBLE],
        [END_OPEN, END_SERVED, np.where(too_old, END_AGED_OUT, END_LEFT)],
        np.where(dates["served_month"] != NO_MONTH, END_SERVED, END_PASSED),
    )
    return np.where(_turned_away(events, last), END_NOT_ELIGIBLE, by_state)


def _last(spell: NDArray[np.int64], rows: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Return for every spell the one of its ``rows`` that comes last in their order; −1 where it has none."""
    found = np.full(n, -1, dtype=np.int64)
    found[spell[rows]] = rows
    return found


def _times(spell: NDArray[np.int64], condition: NDArray[np.bool_], n: int) -> NDArray[np.int8]:
    """Return how many events of each spell fulfil a condition, at most `MOST_ATTEMPTS`."""
    counted = np.bincount(spell[condition], minlength=n)
    return np.minimum(counted, MOST_ATTEMPTS).astype(np.int8)
