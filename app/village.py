"""One village near by: its households, and the needs of their children month by month, from the event log."""

from typing import Any

import numpy as np

from agents.household import CAREGIVERS
from columns.layout import HOUSEHOLD_CARE
from columns.tallies import LOG_BIRTH, LOG_NEW, LOG_SERVICE
from model.scale_up import ScaleUpModel

SLOT, SERVICE, STATE, BIRTH = (np.uint64((1 << bits) - 1) for bits in (32, 5, 4, 8))


def village(model: ScaleUpModel, number: int) -> dict[str, Any]:
    """Return the households of a village, each with the course of every need of its children.

    A course is a list of (month, state of the need from then on), in the order of the log; states are those
    of :data:`columns.layout.NEED_STATES`. Only needs that were ever open have one.
    """
    row, state = model.state.villages[number], model.state
    first, last = int(row["first_slot"]), int(row["first_slot"]) + int(row["n_slots"])
    courses: dict[int, dict[tuple[int, int, int], list[tuple[int, int]]]] = {}
    for month, log in model.events:
        slots = log & SLOT
        for word in log[np.searchsorted(slots, first) : np.searchsorted(slots, last)]:
            slot, service = int(word & SLOT), int(word >> LOG_SERVICE & SERVICE)
            child = (slot, int(word >> LOG_BIRTH & BIRTH), service)
            course = courses.setdefault(int(state.household[slot]), {}).setdefault(child, [])
            course.append((month, int(word >> LOG_NEW & STATE)))
    families = state.households["family"][int(row["first_household"]) :][: int(row["n_households"])]
    return {
        "village": number,
        "households": [
            {
                "caregiver": CAREGIVERS[int(family) & HOUSEHOLD_CARE],
                "needs": list(courses.get(position, {}).values()),
            }
            for position, family in enumerate(families)
        ],
    }
