"""Households: who looks after the children, how well off they are, how much they trust the worker."""

from typing import TYPE_CHECKING, Any

import numpy as np

from agents.child import Child
from agents.column import Flag, Unregistered, Whole, Word
from columns.layout import (
    CHILD_PRESENT,
    HOUSEHOLD,
    HOUSEHOLD_ASKED,
    HOUSEHOLD_CARE,
    HOUSEHOLD_HIV,
    HOUSEHOLD_LISTED,
    HOUSEHOLD_MIGRANT,
    HOUSEHOLD_MINORITY,
    HOUSEHOLD_STRAINED,
)
from columns.tallies import WEALTH_BINS
from columns.words import MONTH_BITS

if TYPE_CHECKING:
    from agents.village import Village

CAREGIVERS = ("parents", "one_parent", "grandparents", "none")
FULL_TRUST = int(np.iinfo(HOUSEHOLD["trust"]).max)
NEVER_VISITED = int(np.iinfo(HOUSEHOLD["visit_month"]).max)
"""Not a month: those of visits are kept modulo this."""
QUINTILES = 5


class Household(Unregistered, dtype=HOUSEHOLD, hidden=("first_slot", "trust", "trust_month", "visit_month")):
    """A household with places for children, one to four, some of them vacant."""

    table = "households"

    wealth = Whole("Wealth percentile within the county: 0 poorest to 99")
    caregiver = Word("Who looks after the children", CAREGIVERS, field="family", mask=HOUSEHOLD_CARE)
    strained = Flag("The caregiver does not cope", field="family", mask=HOUSEHOLD_STRAINED)
    minority = Flag("Of a minority", field="family", mask=HOUSEHOLD_MINORITY)
    migrant = Flag("Moved here from elsewhere", field="family", mask=HOUSEHOLD_MIGRANT)
    hiv_affected = Flag("Affected by HIV", field="family", mask=HOUSEHOLD_HIV)
    listed = Flag("On the worker's list for monthly follow-up", field="family", mask=HOUSEHOLD_LISTED)
    asked = Flag("Asked for a visit", field="family", mask=HOUSEHOLD_ASKED)

    def __repr__(self) -> str:
        return f"<Household {self.number} of village {self.village.name}, looked after by {self.caregiver}>"

    @property
    def village(self) -> "Village":
        """The village in which it lives."""
        first = self.model.state.villages["first_household"]
        return self.model.roster.village(int(np.searchsorted(first, self.row, side="right")) - 1)

    @property
    def number(self) -> int:
        """Its number within the village."""
        return self.row - int(self.village.raw("first_household"))

    @property
    def wealth_quintile(self) -> int:
        """Fifth of the county by wealth: 1 poorest to 5."""
        return 1 + self.wealth * QUINTILES // WEALTH_BINS

    @property
    def poor(self) -> bool:
        """Below the poverty line of the county."""
        return self.wealth < int(self.village.county.raw("poor_percentiles"))

    @property
    def trust(self) -> float:
        """Trust in the worker today, 0–1: since the last event it has drifted towards the village's mean."""
        since = (self.model.month - int(self.raw("trust_month"))) % MONTH_BITS
        mean = self.village.trust
        return float(mean + (self.raw("trust") / FULL_TRUST - mean) * self.model.tables.fading[since])

    @property
    def months_since_visit(self) -> int | None:
        """Months since the worker's last visit, told apart up to 254; None if there never was one."""
        visited = int(self.raw("visit_month"))
        return None if visited == NEVER_VISITED else (self.model.month - visited) % NEVER_VISITED

    @property
    def children(self) -> list[Child]:
        """Its children who live here now."""
        state, village = self.model.state, self.village
        first, last = int(village.raw("first_slot")), int(village.raw("first_slot")) + village.n_slots
        slots: Any = first + np.flatnonzero(state.household[first:last] == self.number)
        return [Child(self.model, int(slot)) for slot in slots if state.traits[slot] & CHILD_PRESENT]
