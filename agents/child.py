"""Children: their age, traits and needs, as long as they live in the village."""

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from agents.column import Flag, GoneError, Unregistered, columns_of
from columns.layout import (
    CHILD_DISABLED,
    CHILD_FEMALE,
    CHILD_HIV,
    CHILD_PRESENT,
    CHILD_UNATTENDED,
    CHILD_VISITED,
    INELIGIBLE,
    NEED_STATES,
    SERVED,
)
from columns.words import (
    FILED_ONCE,
    FOUND_ONCE,
    HELPED_BIT,
    MONTH_BITS,
    SINCE_MASK,
    SINCE_SHIFT,
    STATE_MASK,
    UNDER_REVIEW,
)

if TYPE_CHECKING:
    from agents.household import Household
    from agents.village import Village

CHILDHOOD_MONTHS = 18 * 12
ID_FORMAT = "016x"


class Need(NamedTuple):
    """How far a child has come with one service."""

    state: str
    """One of :data:`columns.layout.NEED_STATES`."""
    months: int | None
    """Months since this state began, told apart up to 255; None where the service is not for the child."""
    found: bool
    """A worker has found it in this spell."""
    filed: bool
    """A request was filed in this spell, and perhaps refused."""
    helped: bool
    """A worker has helped to file for it."""
    under_review: bool
    """Served, and the yearly review is waiting at the desk."""


class Child(Unregistered):
    """The child that was born in one month into one place of a household.

    When it ages out or moves away its place may get another child. Reading the first one from then on raises
    :class:`agents.column.GoneError`.

    Parameters
    ----------
    model : ScaleUpModel
    slot : int
        Its place among all places for children.
    birth_month : int, optional
        Negative for children born before the start; by default that of the child who is there now.
    """

    table = "children"

    female = Flag("A girl", field="traits", mask=CHILD_FEMALE)
    disabled = Flag("Disabled", field="traits", mask=CHILD_DISABLED)
    unattended = Flag("An orphan or de facto unattended", field="traits", mask=CHILD_UNATTENDED)
    visited = Flag("Seen by a social worker at least once", field="traits", mask=CHILD_VISITED)
    hiv_affected = Flag("Affected by HIV itself", field="traits", mask=CHILD_HIV)

    def __init__(self, model: Any, slot: int, birth_month: int | None = None) -> None:
        super().__init__(model, slot)
        if birth_month is None:
            birth_month = model.month - (model.month - int(model.state.birth[slot])) % MONTH_BITS
        self.birth_month = int(birth_month)

    def __repr__(self) -> str:
        return f"<Child {self.id} of village {self.village.name}, born in month {self.birth_month}>"

    @property
    def id(self) -> str:
        """Sixteen hexadecimal digits, the same in every strategy that runs with the same seed."""
        key = self.model.child_keys(np.array([self.row]), np.array([self.birth_month]))[0]
        return format(int(key), ID_FORMAT)

    @property
    def unique_id(self) -> str:
        """The same, under the name that Mesa uses."""
        return self.id

    @property
    def identity(self) -> tuple[int, ...]:
        """Place and month of birth."""
        return (self.row, self.birth_month)

    def raw(self, field: str) -> Any:
        """Return what stands in a column, as long as the child lives here.

        Raises
        ------
        GoneError
            If the child has aged out or left.
        """
        state, age = self.model.state, self.model.month - self.birth_month
        if age >= CHILDHOOD_MONTHS:
            raise GoneError(f"child {self.id} aged out in month {self.birth_month + CHILDHOOD_MONTHS}")
        present = state.traits[self.row] & CHILD_PRESENT
        if not present or int(state.birth[self.row]) != self.birth_month % MONTH_BITS:
            raise GoneError(f"child {self.id} has left the village")
        return getattr(state, field)[self.row]

    @property
    def age_months(self) -> int:
        """Age in months, 0 in the month of birth."""
        self.raw("birth")
        return int(self.model.month) - self.birth_month

    @property
    def age_years(self) -> int:
        """Completed years."""
        return self.age_months // 12

    @property
    def traits(self) -> frozenset[str]:
        """Those of its traits that are true, by name."""
        return frozenset(name for name in columns_of(type(self)) if getattr(self, name))

    @property
    def needs(self) -> dict[str, Need]:
        """How far the child has come with every service, by name."""
        words = self.raw("needs")
        return {
            name: self._need(int(word))
            for name, word in zip(self.model.scenario.services.names, words, strict=True)
        }

    def _need(self, word: int) -> Need:
        state = word & int(STATE_MASK)
        since = word >> int(SINCE_SHIFT) & int(SINCE_MASK)
        return Need(
            NEED_STATES[state],
            None if state == INELIGIBLE else (self.model.month - since) % MONTH_BITS,
            state != SERVED and bool(word & int(FOUND_ONCE)),
            bool(word & int(FILED_ONCE)),
            bool(word & int(HELPED_BIT)),
            state == SERVED and bool(word & int(UNDER_REVIEW)),
        )

    @property
    def household(self) -> "Household":
        """The household in which it lives."""
        self.raw("birth")
        number = int(self.model.state.household[self.row])
        return self.model.roster.household(int(self.village.raw("first_household")) + number)

    @property
    def village(self) -> "Village":
        """The village in which it lives, or lived."""
        first = self.model.state.villages["first_slot"]
        return self.model.roster.village(int(np.searchsorted(first, self.row, side="right")) - 1)
