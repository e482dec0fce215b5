"""How long the lists of open spells and of filed cases are: each county's part, and making room in them.

The parts of all counties stand side by side in one array, each as long as the next month may need. A county
whose part may become too short takes room from its neighbours, whose entries are moved. Only where all have
too little, or too much, do the lists themselves become longer or shorter. All this happens in place: a
second copy of the lists would be the most memory that a run of the country ever takes.

What a month may bring was looked at in many worlds, counting what stands in a list at any moment of the
month. It adds up to 5 % to the open spells of a county, but 20 % where all villages get their workers at
once, who then visit in waves. Of the cases in gathering less than a fifth is filed and not served at once;
in its month of reviews all allowances of a village are filed. A month in which rules change may bring more,
and a shock as many needs as children are struck. Worlds that are not large have more room than that, for
services and parameters of any kind; in large ones, whose months are run one by one, each county has it by
what its last months brought.
"""

from typing import NamedTuple

import numpy as np

from columns.compiling import inlined
from columns.layout import INELIGIBLE, N_STATES
from columns.state import State
from model.codes import DESK_VILLAGE, MONTHS_OF_YEAR, OFFICE_PROTECTION

LARGE_WORLD_SLOTS = 10_000_000
"""From so many places for children on memory is what counts."""
SMALL_WORLD_SLOTS, ROOM_PER_SLOT = 100_000, 2
"""With no more than these, parts have room for so much more per place of a county, since it costs nothing."""
LEAST = 64
"""Reckoned on top of everything, for counties with few children."""

OPENED, FILED = 0.35, 1.5
"""What a month is reckoned to bring at most, even where a run begins or rules change: of open spells what is
opened, of cases in gathering what is filed."""
FILED_OF_OPEN, FILED_AGAIN = 0.25, 1.5
"""It may file more by such a share of open spells, or, where that is more, of what the month before filed."""
ROOM, SURPLUS = 1.25, 1.5
"""Parts that are made longer, and lists that are, become longer by the first factor than the next month
needs; lists that are longer by the second are made shorter."""

OPENED_IN_LARGE, BY_NEW_WORKERS = 0.08, 0.2
"""What opens in large worlds, beside the most that last months added: in any county, and more where all
villages are still without a trained worker."""
FILED_IN_LARGE = 0.4
"""Of the cases in gathering, unless more were filed in the month before; nothing else."""
ROOM_IN_LARGE, SURPLUS_IN_LARGE = 1.03, 1.1
FADING = 8
"""What a month added counts for one part in so many less with every month."""

REVIEWED = 1.25
"""Allowances of a village over those of an average one in its county, in the month of its reviews."""
OPEN_AT_START, FILED_AT_START = 1.3, 0.15
"""Lengths per open need expected at the start, until it is known how many there are."""


class Parts(NamedTuple):
    """Parts of a list, one per county, int64."""

    start: np.ndarray
    length: np.ndarray
    head: np.ndarray  # entries at the start
    tail: np.ndarray  # entries at the end


class Ahead(NamedTuple):
    """What is known beforehand of the month for which there must be room."""

    changing: bool = False  # whether a run begins or rules change, which a large world must know
    struck: float = 0.0  # needs per place for a child that a shock may bring
    filed: np.ndarray | float = 0.0  # cases filed in the month before, by county


def is_large(state: State) -> bool:
    """Whether a world is so large that memory is what counts."""
    return len(state.needs) >= LARGE_WORLD_SLOTS


def needs_in_a_shock(rules: np.record, services: np.recarray) -> float:
    """Needs per place for a child that a shock may bring in a month, under rules that know of one."""
    support = int((services.desk == DESK_VILLAGE).sum())
    protection = int(((services.desk != DESK_VILLAGE) & (services.office == OFFICE_PROTECTION)).sum())
    return float(support * rules.shock_psychosocial_share + protection * rules.shock_protection_share)


@inlined
def is_close_to_full(arena, filed):
    """True where the next month may bring more to a county than its parts hold, as in worlds not large.

    ``filed`` counts the cases filed this month.
    """
    listed = arena.n_open + arena.n_gathering
    filed = max(arena.n_open * FILED_OF_OPEN, filed * FILED_AGAIN) + arena.n_gathering * FILED
    waiting = arena.n_filed + filed + arena.reviews
    return listed * (1.0 + OPENED) + LEAST > arena.capacity or waiting + LEAST > arena.filed_capacity


def least_lengths(state: State, ahead: Ahead) -> tuple[np.ndarray, np.ndarray]:
    """Lengths that the parts of both lists must have for a month: int64, one per county."""
    arenas, counties = np.asarray(state.arenas), np.asarray(state.counties)  # records are slower to read
    n_open, gathering = arenas["n_open"], arenas["n_gathering"]
    listed = n_open + gathering
    if is_large(state):
        without = 1.0 - counties["n_active"] / counties["n_villages"]
        added = listed * (OPENED_IN_LARGE + BY_NEW_WORKERS * without) + arenas["added"]
        filed = np.maximum(gathering * FILED_IN_LARGE, ahead.filed)
        if ahead.changing:
            added, filed = np.maximum(added, listed * OPENED), np.maximum(filed, gathering * FILED)
    else:
        added = listed * OPENED
        filed = gathering * FILED + np.maximum(n_open * FILED_OF_OPEN, FILED_AGAIN * ahead.filed)
    added = added + counties["n_slots"] * ahead.struck
    filed = filed + arenas["n_filed"] + arenas["reviews"]
    return listed + np.ceil(added).astype(np.int64) + LEAST, np.ceil(filed).astype(np.int64) + LEAST


def make_lists(state: State, expected: np.ndarray, factor: float) -> State:
    """Give every county its parts of the lists, from the open needs of villages expected at the start.

    ``factor`` makes them so much longer.
    """
    open_needs = np.bincount(state.villages["county"], weights=expected, minlength=len(state.counties))
    arenas, lists = state.arenas, []
    for of, share in (("", OPEN_AT_START), ("filed_", FILED_AT_START)):
        length = np.ceil(open_needs * share * factor).astype(np.int64) + LEAST + _extra(state)
        arenas[f"{of}capacity"], arenas[f"{of}start"] = length, np.cumsum(length) - length
        lists.append(np.zeros(int(length.sum()), dtype=np.uint64))
    return state._replace(open_entries=lists[0], filed_entries=lists[1])


def note_month(state: State) -> None:
    """Note what the month that ends, or the start, has added to the open spells of every county."""
    arenas = np.asarray(state.arenas)
    listed, started = arenas["n_open"] + arenas["n_gathering"], arenas["listed"] > 0
    now = np.where(started, listed - arenas["listed"], 0)
    arenas["added"] = np.maximum(now, arenas["added"] - arenas["added"] // FADING)
    arenas["listed"] = listed


def make_room(state: State, services: np.ndarray, ahead: Ahead) -> State:
    """Return the state with room in its lists for a month; the one given is not to be used any more."""
    arenas = np.asarray(state.arenas)
    lengths = (arenas["capacity"], arenas["filed_capacity"])
    lists = (state.open_entries, state.filed_entries)
    least = least_lengths(state, ahead)
    if all(_fits(state, *each) for each in zip(lists, lengths, least, strict=True)):
        return state
    arenas["reviews"] = _most_reviews(state, services)
    least = least_lengths(state, ahead)
    nothing = np.zeros(len(arenas), dtype=np.int64)
    parts = (
        Parts(arenas["start"], arenas["capacity"], arenas["n_open"], arenas["n_gathering"]),
        Parts(arenas["filed_start"], arenas["filed_capacity"], arenas["n_filed"], nothing),
    )
    listed, waiting = (_divided(state, *each) for each in zip(lists, parts, least, strict=True))
    arenas["start"], arenas["capacity"], open_entries = listed
    arenas["filed_start"], arenas["filed_capacity"], filed_entries = waiting
    return state._replace(open_entries=open_entries, filed_entries=filed_entries)


def _extra(state: State) -> np.ndarray:
    """Room beyond what is needed, for whatever unusual parameters may bring to a small world."""
    return state.counties["n_slots"] * (ROOM_PER_SLOT * int(len(state.needs) <= SMALL_WORLD_SLOTS))


def _lengthened(state: State, least: np.ndarray) -> np.ndarray:
    """Lengths of parts that are made longer."""
    return np.ceil(least * (ROOM_IN_LARGE if is_large(state) else ROOM)).astype(np.int64) + _extra(state)


def _fits(state: State, entries: np.ndarray, length: np.ndarray, least: np.ndarray) -> bool:
    """Whether the parts of a list are long enough, and together not much too long."""
    surplus = SURPLUS_IN_LARGE if is_large(state) else SURPLUS
    return bool((least <= length).all() and len(entries) <= surplus * (least + _extra(state)).sum())


def _most_reviews(state: State, services: np.ndarray) -> np.ndarray:
    """Most reviews of allowances that may be filed in a county in one month.

    A village has all of its own in one month, so a county of few villages may have most of its own at once.
    """
    county, n = state.villages["county"].astype(np.int64), len(state.counties)
    month = county * MONTHS_OF_YEAR + state.villages["review_offset"]
    slots = np.bincount(month, weights=state.villages["n_slots"], minlength=n * MONTHS_OF_YEAR)
    share = slots.reshape(n, MONTHS_OF_YEAR).max(axis=1) / np.maximum(state.counties["n_slots"], 1)
    allowed = np.zeros(n)
    for s, row in enumerate(services):
        if row["status"] and row["review_interval_months"]:
            stocks = state.county_tally[:, s, :N_STATES]
            a_year = max(MONTHS_OF_YEAR / row["review_interval_months"], 1.0)
            allowed += (stocks.sum(axis=1) - stocks[:, INELIGIBLE]) * a_year
    return np.ceil(allowed * np.minimum(share * REVIEWED, 1.0)).astype(np.int64)


def _divided(
    state: State, entries: np.ndarray, parts: Parts, least: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Divide a list anew; returns where its parts start, their lengths, and the list."""
    wanted = np.where(least > parts.length, _lengthened(state, least), least)
    total = len(entries)
    if wanted.sum() > total or not _fits(state, entries, least, least):
        wanted = _lengthened(state, least)
        total = int(wanted.sum())
    before = np.cumsum(wanted) - wanted
    # A part stays where it is unless those before it, or after it, want the place.
    start = before + np.maximum.accumulate(parts.start - before)
    start = np.minimum(start, before + (total - wanted.sum()))
    length = np.diff(start, append=total)
    entries = _resized(entries, max(total, len(entries)))
    _move(entries, parts, start, length)
    return start, length, _resized(entries, total)


def _move(entries: np.ndarray, parts: Parts, start: np.ndarray, length: np.ndarray) -> None:
    """Move what stands in the parts of a list to where it belongs, without moving it over anything else."""
    source = np.stack([parts.start, parts.start + parts.length - parts.tail], axis=1).ravel()
    target = np.stack([start, start + length - parts.tail], axis=1).ravel()
    size = np.stack([parts.head, parts.tail], axis=1).ravel()
    to_the_right = np.flatnonzero((target > source) & (size > 0))[::-1]
    to_the_left = np.flatnonzero((target < source) & (size > 0))
    for i in np.concatenate([to_the_right, to_the_left]).tolist():
        entries[target[i] : target[i] + size[i]] = entries[source[i] : source[i] + size[i]]


def _resized(entries: np.ndarray, n: int) -> np.ndarray:
    """Return a list of another length with what stands at its start, if possible in the same memory.

    Nobody keeps a part of a list from one month to the next, which NumPy would ask about.
    """
    if n == len(entries):
        return entries
    if entries.flags.owndata:
        entries.resize(n, refcheck=False)
        return entries
    resized = np.zeros(n, dtype=entries.dtype)
    kept = min(n, len(entries))
    resized[:kept] = entries[:kept]
    return resized
