"""Rows and values of columns in words."""

from collections.abc import Callable
from typing import Any

import numpy as np

from agents.child import Child
from agents.column import Column, Month, Real, Whole, Window
from agents.column import columns_of as described
from agents.county import County
from agents.desk import Desk
from agents.household import Household
from agents.village import Village
from columns.clock import LAST_DATE
from columns.layout import CHILD_PRESENT, NEED_STATES, NO_MONTH
from columns.tallies import FLOWS
from columns.words import (
    COHORT_BIT,
    FILED_ONCE,
    FOUND_ONCE,
    HELPED_BIT,
    MONTH_BYTE,
    SINCE_SHIFT,
    STATE_MASK,
    UNDER_REVIEW,
)
from model.calendar import NEVER, month_text
from model.learning import TRUST_UNIT
from model.money import COUNTERS
from model.scale_up import ScaleUpModel
from tools.differ.lockstep import LISTS, NATION, Difference, Tables, column_of, entries_of, table_of

AGENTS: dict[str, type[Window]] = {
    "counties": County, "villages": Village, "households": Household, "desks": Desk, "traits": Child,
}  # fmt: skip
CHILDREN = ("needs", "birth", "due", "traits", "household")
TALLIED = (*NEED_STATES, *FLOWS)
WORD_BITS = {FOUND_ONCE: "found", FILED_ONCE: "filed", HELPED_BIT: "helped", COHORT_BIT: "cohort"}
SLOT, VILLAGE, SERVICE, BIRTH, FILED = (0, 26), (26, 13), (39, 5), 44, 52
"""First bits, and numbers of bits, of the parts of an entry (:mod:`columns.words`)."""
CLASS, REVIEW, ACCOMPANIED = 8, 10, 11
"""First bits of what filing adds, counted from FILED."""
NOBODY = "nobody"
NOT_THERE = "nothing"


class Wording:
    """Words for one world; both models of a comparison have the same places.

    Parameters
    ----------
    model : ScaleUpModel
    month : int
        The month to which months kept in one byte belong.
    """

    def __init__(self, model: ScaleUpModel, month: int) -> None:
        self.model, self.month = model, month
        self.services = model.scenario.services.names

    def county(self, row: int) -> str:
        """Name and code of a county."""
        if row == NATION:
            return "the country"
        place = self.model.world.table.iloc[row]
        return f"{place.county} ({place.county_code})"

    def row(self, column: str, row: int, state: Tables) -> str:
        """Say what a row of a column stands for."""
        table, model = table_of(column), self.model
        if table in CHILDREN:
            return self.child(row, state)
        if table == "villages":
            return self.village(row)
        if table == "households":
            v = int(np.searchsorted(model.state.villages.first_household, row, side="right")) - 1
            return f"household {row - model.state.villages.first_household[v]} of {self.village(v)}"
        if table == "townships":
            return f"township {row - model.state.counties.first_township[model.state.townships.county[row]]}"
        if table == "desks":
            return self.desk(row)
        if table == "sectors":
            return ("countryside", "towns")[row % 2]
        if table in LISTS:
            return f"position {row} of the list"
        if table == "spread_provinces":
            return f"province {int(model.spread.provinces.code[row])}"
        return "the county" if table in ("counties", "counters", "county_tally") else f"row {row}"

    def village(self, row: int) -> str:
        """A village by its number within the county."""
        first = self.model.state.counties.first_village[self.model.state.villages.county[row]]
        name = self.model.world.village_names[row] if self.model.world.village_names else ""
        return f"village {row - first}" + (f" ({name})" if name else "")

    def child(self, slot: int, state: Tables) -> str:
        """A child with its slot, key and month of birth, or the vacant slot."""
        villages = self.model.state.villages
        v = int(np.searchsorted(villages.first_slot, slot, side="right")) - 1
        place = f"slot {slot}, household {state['household'][slot]} of {self.village(v)}"
        if not state["traits"][slot] & CHILD_PRESENT:
            return f"{NOBODY} ({place})"
        born = self.past(state["birth"][slot])
        key = int(self.model.child_keys(np.array([slot]), np.array([born]))[0])
        return f"child {key:016x} born {month_text(born)} ({place})"

    def desk(self, row: int) -> str:
        """A desk by its service and place."""
        counties, townships = self.model.state.counties, self.model.state.townships
        place, service = divmod(row, len(self.services))
        if place < len(counties):
            return f"county desk for {self.services[service]}"
        place -= len(counties)
        if place < len(townships):
            within = place - counties.first_township[townships.county[place]]
            return f"desk for {self.services[service]} of township {within}"
        return f"desk of {self.village(row - (len(counties) + len(townships)) * len(self.services))}"

    def past(self, byte: Any) -> int:
        """Month number of a month kept in one byte that is not to come."""
        return self.month - ((self.month - int(byte)) & MONTH_BYTE)

    def values(
        self, difference: Difference, row: int, left: Tables, right: Tables
    ) -> list[tuple[str, str, str]]:
        """Say what differs in a row of a column: tuples of cell, value at left and value at right."""
        column = difference.column
        if column in LISTS:
            lists = [entries_of(side, column, difference.county) for side in (left, right)]
            ours, theirs = (self.entry(part[row]) if row < len(part) else NOT_THERE for part in lists)
            return [(column, ours, theirs)]
        pair = [column_of(side, column)[row] for side in (left, right)]
        value = self._scalar(column)
        if not np.ndim(pair[0]):
            return [(column, value(pair[0]), value(pair[1]))]
        name = self._cell_names(table_of(column), pair[0].shape)
        left_cells, right_cells = (side.ravel() for side in pair)
        return [
            (f"{column}.{name(cell)}", value(left_cells[cell]), value(right_cells[cell]))
            for cell in map(int, np.flatnonzero(left_cells != right_cells))
        ]

    def entry(self, entry: Any) -> str:
        """An entry of a list: whose case it is."""
        slot, village, service = (
            int(entry) >> first & (1 << n_bits) - 1 for first, n_bits in (SLOT, VILLAGE, SERVICE)
        )
        birth, filed = int(entry) >> BIRTH & MONTH_BYTE, int(entry) >> FILED
        text = (
            f"{self.services[service]} of slot {slot} of the county, village {village}, "
            f"born {month_text(self.past(birth))}"
        )
        if filed:
            text += f", filed {month_text(self.past(filed & MONTH_BYTE))}, class {filed >> CLASS & 0b11}"
            text += ", a review" * (filed >> REVIEW & 1) + ", accompanied" * (filed >> ACCOMPANIED & 1)
        return text

    def need(self, word: Any) -> str:
        """A need word: its state, since when, and the marks of the spell."""
        word = int(word)
        state = NEED_STATES[word & int(STATE_MASK)]
        since = self.past(word >> int(SINCE_SHIFT))
        marks = [mark for bit, mark in WORD_BITS.items() if word & int(bit)]
        if state == "served" and word & int(UNDER_REVIEW):
            marks[marks.index("found")] = "under review"
        return ", ".join([state, *([f"since {month_text(since)}"] if word else []), *marks])

    def _cell_names(self, table: str, shape: tuple[int, ...]) -> Callable[[int], str]:
        if table == "needs":
            return lambda cell: self.services[cell]
        if table == "county_tally":
            return lambda cell: f"{self.services[cell // shape[1]]}.{TALLIED[cell % shape[1]]}"
        if table == "counters":
            return lambda cell: COUNTERS[cell]
        return str

    def _scalar(self, column: str) -> Callable[[Any], str]:
        """Return the function that puts a value of a column into words."""
        table, _, field = column.partition(".")
        special: dict[str, Callable[[Any], str]] = {
            "needs": self.need,
            "birth": lambda byte: month_text(self.past(byte)),
            "due": lambda byte: month_text(NEVER if int(byte) == LAST_DATE else int(byte)),
            "households.trust": lambda trust: f"{int(trust) / TRUST_UNIT:.4f}",
            "households.trust_month": lambda byte: month_text(self.past(byte)),
        }
        if column in special:
            return special[column]
        known = _described(table, field or table)
        return (lambda raw: in_words(known, raw)) if known else plain


def _described(table: str, field: str) -> list[Column[Any]]:
    """The attributes of an agent that read a field."""
    agent = AGENTS.get(table)
    return [column for column in described(agent).values() if column.field == field] if agent else []


def in_words(attributes: list[Column[Any]], raw: Any) -> str:
    """What agents would show of a value; of bits, those that are set."""
    if len(attributes) == 1 and not attributes[0].mask:
        try:
            shown = attributes[0].read(raw)
        except IndexError:  # whoever looks for an error must also see a code that has no word
            return f"code {plain(raw)}, which has no word"
        if isinstance(attributes[0], Month):
            return month_text(NO_MONTH if shown is None else shown)
        return plain(raw) if isinstance(attributes[0], Real | Whole) else str(shown)
    shown_parts = [(part.name, part.read(int(raw) & part.mask)) for part in attributes]
    words = [name if value is True else str(value) for name, value in shown_parts if value is not False]
    return ", ".join(words) or "none"


def plain(raw: Any) -> str:
    """A number as it is."""
    return repr(raw.item() if hasattr(raw, "item") else raw)
