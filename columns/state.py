"""All columns of one simulated world, in one tuple that kernels take."""

from collections import namedtuple
from types import SimpleNamespace

import numpy as np

SECTOR = np.dtype(
    [
        ("key", "u8"),
        ("county", "i4"),
        ("first_village", "i4"),
        ("n_villages", "i4"),
        ("free_head", "i4"),  # first vacant slot of the queue of vacant slots, within the county; -1 if none
        ("free_tail", "i4"),
        ("n_free", "i4"),
        ("first_slot", "i8"),
        ("n_slots", "i8"),
        ("n_children", "i8"),
    ],
    align=True,
)
"""Rural or urban part of a county: the units for which the census counts children."""

DESK = np.dtype(
    [
        ("base_minutes", "f8"),  # a month, before levers and plans
        ("extra_minutes", "f8"),  # added by a plan that follows the backlog or money
        ("offered", "i4"),  # minutes this month, whole cases
        ("used", "i4"),
        ("queue", "i4"),  # cases waiting at the end of the month
        ("queue_minutes", "i4"),
    ],
    align=True,
)

ARENA = np.dtype(
    [
        ("start", "i8"),
        ("capacity", "i8"),
        ("n_open", "i8"),
        ("n_sorted", "i8"),
        ("n_gathering", "i8"),
        ("filed_start", "i8"),
        ("filed_capacity", "i8"),
        ("n_filed", "i8"),
        ("reviews", "i8"),  # most that one month may file; there is room for them
        ("listed", "i8"),  # open spells and cases in gathering at the end of the month; large worlds only
        ("added", "i8"),  # most that one of the last months has added to them, fading; large worlds only
    ],
    align=True,
)
"""A county's part of the lists of entries.

Spells nobody works on stand at the start of its open entries, the first ``n_sorted`` in the order of slots,
so that a pass over them goes through memory in one direction; each carries the month in which it is looked
at next. Cases in gathering stand at the end of the same part, backwards. A visit that takes a case in hand
leaves the old entry behind, to be dropped when its month comes. Filed cases have an array of their own."""

State = namedtuple(
    "State",
    [
        "counties",  # COUNTY records
        "townships",  # TOWNSHIP
        "villages",  # VILLAGE
        "households",  # HOUSEHOLD
        "sectors",  # SECTOR, two a county
        "needs",  # (slots, services) uint16 words
        "birth",  # (slots,) uint8 month of birth modulo 256
        "due",  # (slots,) uint8 month of the next candidate or milestone, LAST_DATE for all later ones
        "traits",  # (slots,) uint8 bits
        "household",  # (slots,) uint16 within the village
        "open_entries",  # (…) uint64, per county segment
        "filed_entries",  # (…) uint64, per county segment
        "arenas",  # ARENA records, one a county
        "halvings",  # (services,) by which the unfiled entries are dated
        "desks",  # DESK records: county × service, then township × service, then village
        "counters",  # (counties, kinds) int64 quantities that cost money, see model.money
        "county_tally",  # (counties, services, WIDTH) int32
        "tally",  # (threads, size) int32
        "meters",  # (threads, len(METERS)) int64
        "log",  # (threads, capacity) uint64
        "problems",  # (threads, 1) int64 codes of what went wrong in a kernel
    ],
)
"""Columns handed to every kernel. Records are np.recarray views, so kernels also run uncompiled."""

Books = namedtuple(
    "Books",
    [
        "needs",  # (slots, services)
        "county_tally",  # (services, WIDTH) of the county at hand
        "tally",  # (size,) of the thread at hand
        "meters",  # (len(METERS),) of the thread at hand
        "log",  # (capacity,) of the thread at hand
        "open_entries",  # (…)
        "filed_entries",  # (…)
        "problems",  # (1,) of the thread at hand
    ],
)
"""What a change of state writes to, seen from one county on one thread."""

Tables = namedtuple(
    "Tables",
    [
        "rules",  # (1,) record of parameters in force this month
        "services",  # (services,) record
        "gaps",  # survival thresholds of the candidate clock
        "gap_guide",  # where the search in them begins
        "kind_guide",  # where the search in the next begins
        "kinds",  # (kinds + 1,) cumulative shares of the kinds of candidate events, uint64 thresholds
        "ceilings",  # (kinds,) dominating probabilities per month
        "tops",  # (months, services) highest rate of onset where traits and village multiply it by 1
        "forward",  # (services, states) monthly probability that the family of an idle spell acts on its own
        "shortened",  # (services,) ½ ** halvings
        "end",  # (services,) monthly probability that an open need ends by itself
        "moving",  # (services, alone/helped) highest probability that a case in gathering is filed or dropped
        "halvings",  # (services,) of the probability that an idle spell has a candidate in a month
        "redated",  # (services,) bool, whether it differs from what the entries are dated by; set each month
        "lasting",  # (services, 216 + 1) share of need beyond the stationary one left after so many months
        "clear",  # (classes, services, months since entry + 1, lacking/complete) in no need: of the next
        "profile",  # (classes, services, months since entry + 1, lacking/complete, states) cumulative
        "papers",  # (classes, months since birth + 1, born without, states) cumulative
        "give_up",  # (services, 256) monthly probability of giving up after a wait of so many months
        "fading",  # (256,) share of a trust difference left after so many months
        "milestones",  # (256,) months until the next age limit, 255 after the last; by age modulo 256
        "is_milestone",  # (256,) bool, whether an age modulo 256 is such a limit
        "limited",  # (256,) services that begin or end at an age modulo 256, as bits
        "allowances",  # (1,) services that are an allowance, as bits
        "reviewed",  # (months + 11,) allowances reviewed so many months after that of a village, as bits
        "outside",  # (months,) share of counties outside the world adopting at the end of the month before
        "trend",  # (months, services) multiplier of the onset
        "asking",  # (months,) multiplier of requests for a visit
        "cash_drop_out",  # (1,) multiplier of dropping out for families with an allowance
        "cash_dropout",  # (1,) multiplier of dropping out of school for children with an allowance
        "desk_growth",  # (months,) multiplier of desk minutes under the plan in force
        "village_service",  # (1,) the service whose desk is in the village
        "births",  # (sectors, months) int32
        "target",  # (sectors, months) int32 children at the end of the month
        "need_scale",  # (villages, services) float32 odds of need relative to the reference
        "for_age",  # these six tell which needs of a child who comes may be: model.possible_needs.Possible
        "for_whom",
        "worked_out",
        "drawn",
        "odds_at_most",
        "multiplier_at_most",
    ],
)
"""Read-only inputs of the kernels."""

Decisions = namedtuple(
    "Decisions",
    [
        "months",  # (changes,) months from which rules are in force, the first is 0
        "words",  # (changes, words) uint64, rules and all tables that follow from them, one after another
        "in_force",  # (words,) uint64, those that are in force: what the tables read
    ],
)
"""Dated changes of rules."""


def plain(record: np.void) -> SimpleNamespace:
    """Copy a record to an object whose fields are read twenty times faster, outside compiled code."""
    return SimpleNamespace(**dict(zip(record.dtype.names or (), record.item(), strict=True)))


def records(array: np.ndarray) -> np.recarray:
    """View a structured array so that fields read as attributes, compiled and uncompiled."""
    return array.view(np.recarray)
