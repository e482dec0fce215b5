"""Posts that a user describes one by one: full or part-time, shared by several villages, supervised by whom.

The rules of the model give a post of a county's stage; here stands what a bureau knows of its own. It is
applied right after the staffing of a month, before anybody is visited: to the minutes of workers, to the kind
of their posts, to the minutes of supervisors, and to the counts that money is made of.
"""

from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from columns.layout import POST_ACTIVE, POST_TRAINING
from model.codes import MINUTES_PER_HOUR
from model.money import (
    DEDICATED_MONTHS,
    FEN_PER_YUAN,
    PART_TIME_MONTHS,
    SUPERVISION_MINUTES,
    UNLIMITED_FEN,
    WORKERS_TRAINED,
)
from model.own.given import BY_THE_RULES, FULL, Given
from model.staffing import FIRST_FILLED, HOURS_PER_TRAINING_DAY, LARGE_VILLAGE_WORKERS, LAST_FILLED


def are_given(given: Given | None) -> TypeGuard[Given]:
    """True where a user said anything of single posts or of supervisors."""
    if given is None:
        return False
    said = (given.post_kind != BY_THE_RULES).any() or (given.villages_per_worker > 0).any()
    return bool(said or (~np.isnan(given.supervisors)).any())


def lend(given: Given, state: Any, rules: Any) -> NDArray[np.int64]:
    """Add to the envelopes of counties what shared posts do not cost, and return it, in fen.

    Staffing sets aside a whole month's pay for every post, as if its villages did not share the worker.
    """
    lent = np.zeros(len(state.counties), dtype=np.int64)
    shared, filled = given.villages_per_worker, _filled(given, state)
    which = filled & (shared > _by_rules(rules))
    if which.any():
        pay = np.where(
            state.villages["dedicated"] == 1,
            rules[0].pay_dedicated_yuan_per_month,
            rules[0].pay_part_time_yuan_per_month,
        )
        saved = pay * _workers(state.villages, rules) * (1 / _by_rules(rules) - 1 / np.maximum(shared, 1))
        yuan = np.bincount(state.villages["county"][which], saved[which], len(lent))
        lent += np.where(state.counties["budget"] < UNLIMITED_FEN, np.floor(yuan * FEN_PER_YUAN), 0).astype(
            np.int64
        )
    state.counties["budget"] += lent
    return lent


def adjust(given: Given, month: int, state: Any, rules: Any, lent: NDArray[np.int64]) -> None:
    """Bring posts and supervisors of a month just staffed to what the user said; works in place."""
    filled = _filled(given, state)
    if filled.any():
        _kinds(given, filled, state, rules)
        _minutes(given, filled, month, state, rules)
        _shares(given, filled, month, state, rules)
    _supervisors(given, state, rules)
    state.counties["budget"] -= lent


def _filled(given: Given, state: Any) -> NDArray[np.bool_]:
    post = state.villages["post"]
    said = (given.post_kind != BY_THE_RULES) | (given.villages_per_worker > 0)
    filled: NDArray[np.bool_] = said & (post >= FIRST_FILLED) & (post <= LAST_FILLED)
    return filled


def _by_rules(rules: Any) -> int:
    return max(int(rules[0].villages_per_post), 1)


def _workers(villages: Any, rules: Any) -> NDArray[np.int64]:
    many = villages["n_slots"] >= rules[0].second_worker_from_children
    return np.where(many, LARGE_VILLAGE_WORKERS, 1)


def _kinds(given: Given, filled: NDArray[np.bool_], state: Any, rules: Any) -> None:
    """Make posts full or part-time, and count their months as such."""
    villages = state.villages
    full = (given.post_kind == FULL).astype(np.int32)
    changed = filled & (given.post_kind != BY_THE_RULES) & (villages["dedicated"] != full)
    moved = np.where(full == 1, 1, -1) * _workers(villages, rules)
    n = np.bincount(villages["county"][changed], moved[changed], len(state.counties)).astype(np.int64)
    state.counters[:, DEDICATED_MONTHS] += n
    state.counters[:, PART_TIME_MONTHS] -= n
    villages["dedicated"][changed] = full[changed]


def _minutes(given: Given, filled: NDArray[np.bool_], month: int, state: Any, rules: Any) -> None:
    """Set the minutes of workers, as :func:`model.staffing.count_posts` does, for those of given posts."""
    villages = state.villages
    hours = np.full(len(villages), rules[0].worker_hours_dedicated)
    hours[villages["dedicated"] == 0] *= rules[0].part_time_share_of_hours
    in_course = villages["post"] == POST_TRAINING
    learning = in_course | (villages["trained_month"] == month)
    hours[learning] -= rules[0].training_days * HOURS_PER_TRAINING_DAY
    before = in_course & (villages["hired_month"] == villages["post_month"])  # trained before the work starts
    whole = np.floor(np.maximum(hours, 0.0) * MINUTES_PER_HOUR).astype(np.int64)
    shared = np.where(given.villages_per_worker > 0, given.villages_per_worker, _by_rules(rules))
    minutes = np.where(before, 0, whole * _workers(villages, rules) // shared)
    villages["worker_minutes"][filled] = minutes[filled]


def _shares(given: Given, filled: NDArray[np.bool_], month: int, state: Any, rules: Any) -> None:
    """Count a shared worker once: so many villages have one worker, a county's last ones a whole one too."""
    villages, counters = state.villages, state.counters
    full = villages["dedicated"] == 1
    course = (villages["post"] == POST_TRAINING) & (villages["post_month"] == month)
    refresher = (villages["post"] == POST_ACTIVE) & (villages["trained_month"] == month)
    trained = course | (refresher & (villages["post_month"] != month))
    workers = _workers(villages, rules)
    for shared in np.unique(given.villages_per_worker[filled]):
        if shared <= 0:
            continue
        here = filled & (given.villages_per_worker == shared)
        counted = {DEDICATED_MONTHS: full, PART_TIME_MONTHS: ~full, WORKERS_TRAINED: trained}
        for counter, those in ((counter, here & which) for counter, which in counted.items()):
            n = np.bincount(villages["county"][those], workers[those], len(counters)).astype(np.int64)
            counters[:, counter] += -(-n * _by_rules(rules) // int(shared)) - n


def _supervisors(given: Given, state: Any, rules: Any) -> None:
    """Set the supervisors' minutes of next month where their number is given and money was found for any."""
    townships = state.townships
    posts, before = townships["n_posts"], townships["supervisor_minutes"].copy()
    norm = rules[0].supervision_hours_per_post * MINUTES_PER_HOUR
    each = rules[0].hours_per_fte * MINUTES_PER_HOUR * rules[0].supervisor_child_share * rules[0].supervision
    said = ~np.isnan(given.supervisors) & ((before > 0) | (given.supervisors * each <= 0))
    minutes = np.floor(np.minimum(given.supervisors[said] * each, posts[said] * norm)).astype(np.int64)
    townships["supervisor_minutes"][said] = minutes
    more = np.bincount(townships["county"], townships["supervisor_minutes"] - before, len(state.counters))
    state.counters[:, SUPERVISION_MINUTES] += more.astype(np.int64)
