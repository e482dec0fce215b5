"""The course of one child's needs, month by month, from the event log: what happened and in which words.

A child is known by its place and month of birth, so the same child can be read in two runs of one seed. Only
changes of state that a run logged are told; nothing is filled in.
"""

from typing import Any, NamedTuple

import numpy as np

from columns.layout import (
    ADMITTED,
    CLEAR,
    FILED_ALONE,
    FILED_HELPED,
    FOUND,
    GATHERING_ALONE,
    GATHERING_HELPED,
    GAVE_UP,
    INELIGIBLE,
    NOT_ELIGIBLE,
    SERVED,
    UNMET,
)
from columns.tallies import LOG_BIRTH, LOG_NEW, LOG_OLD, LOG_SERVICE
from columns.words import MONTH_BITS
from model.needs import BIRTH_BITS, BIRTH_SHIFT
from model.scale_up import ScaleUpModel
from results.measures.coverage import UNMET_STATES
from results.series import service_names

SLOT, SERVICE, STATE = np.uint64((1 << 32) - 1), np.uint64((1 << 5) - 1), np.uint64((1 << 4) - 1)
FILED = (FILED_ALONE, FILED_HELPED)
STEPS = (
    "in_need_at_start", "arises", "returns", "found", "known", "gathering_alone", "gathering_helped",
    "sent_back", "filed_alone", "filed_helped", "admitted", "served", "lapsed", "gave_up", "not_eligible",
    "passed", "aged_out",
)  # fmt: skip
"""What can happen to a need; keys of ``life.step.*`` in the text catalogues."""
AT_ENTRY = {UNMET: "arises", FOUND: "found", GATHERING_ALONE: "gathering_alone", GAVE_UP: "gave_up",
            GATHERING_HELPED: "gathering_helped", FILED_ALONE: "filed_alone", FILED_HELPED: "filed_helped",
            NOT_ELIGIBLE: "not_eligible", ADMITTED: "admitted", INELIGIBLE: "aged_out", CLEAR: "passed",
            SERVED: "served"}  # fmt: skip


class Step(NamedTuple):
    """Something that happened to one need: in which month, which of `STEPS`, and the state from then on."""

    month: int
    service: str
    step: str
    state: int


class Place(NamedTuple):
    """A child: its place among all places for children, and its month of birth (before the start below 0)."""

    slot: int
    birth_month: int

    @property
    def number(self) -> int:
        """The number of the child in the table of spells."""
        return (self.slot << BIRTH_BITS) + self.birth_month + BIRTH_SHIFT


def place_of(number: int) -> Place:
    """Return the child with a number of the table of spells."""
    return Place(number >> BIRTH_BITS, (number & ((1 << BIRTH_BITS) - 1)) - BIRTH_SHIFT)


def life_line(model: ScaleUpModel, child: Place) -> list[Step]:
    """Return all that happened to the needs of a child, in order.

    Raises
    ------
    ValueError
        If the model kept no event log.
    """
    if not model.log_events:
        raise ValueError("life lines come from the event log: make the model with log_events=True")
    names, found = service_names(model), []
    for position, (month, log) in enumerate(model.events):
        slots = log & SLOT
        first, last = np.searchsorted(slots, [child.slot, child.slot + 1])
        for word in log[first:last]:
            if month - (month - int(word >> LOG_BIRTH)) % MONTH_BITS != child.birth_month:
                continue
            old, new = int(word >> LOG_OLD & STATE), int(word >> LOG_NEW & STATE)
            step = step_of(old, new, at_start=position == 0)
            if step:
                found.append(Step(month, names[int(word >> LOG_SERVICE & SERVICE)], step, new))
    return found


def step_of(old: int, new: int, at_start: bool = False) -> str:
    """Return which of `STEPS` a change of state is; nothing where no need was open before or after."""
    if at_start and new in UNMET_STATES:
        return "in_need_at_start"
    if new in (CLEAR, INELIGIBLE) and old not in UNMET_STATES and old != NOT_ELIGIBLE:
        return ""
    if old == new:
        return "known"
    if old in FILED and new in (GATHERING_ALONE, GATHERING_HELPED):
        return "sent_back"
    if old in FILED and new == CLEAR:
        return "served"
    if new == UNMET and old in (GAVE_UP, NOT_ELIGIBLE):
        return "returns"
    if new == UNMET and old == SERVED:
        return "lapsed"
    return AT_ENTRY[new]


def months_unmet(steps: list[Step], until: int) -> int:
    """Return the months, summed over needs, at whose end a need of the child was unmet, up to ``until``."""
    total = 0
    for service in {step.service for step in steps}:
        course = [step for step in steps if step.service == service]
        ends = [step.month for step in course[1:]] + [until + 1]
        total += sum(
            end - step.month for step, end in zip(course, ends, strict=True) if step.state in UNMET_STATES
        )
    return total


def as_rows(steps: list[Step]) -> list[dict[str, Any]]:
    """Return the steps as mappings, for files and pages."""
    return [step._asdict() for step in steps]
