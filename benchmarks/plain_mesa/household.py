"""A household: its places for children, who looks after them, and what it thinks of the worker."""

from typing import TYPE_CHECKING, Any

import mesa

if TYPE_CHECKING:
    from benchmarks.plain_mesa.child import Child
    from benchmarks.plain_mesa.village import Village

TRUST_STEPS = 65535.0
"""Trust is remembered as a whole number of so many parts of full trust."""


def as_steps(trust: float) -> int:
    """Round trust to its steps."""
    return int(trust * TRUST_STEPS + 0.5)


class Place:
    """A place for a child in a household; when one grows up or leaves, another may come."""

    __slots__ = ("child", "household", "last", "number", "slot")

    def __init__(self, household: "Household", number: int, slot: int) -> None:
        self.household = household
        self.number = number  # in the village
        self.slot = slot  # in the world
        self.child: Child | None = None
        self.last: Child | None = None


class Household(mesa.Agent):
    """A household of a village."""

    def __init__(self, model: Any, village: "Village", number: int) -> None:
        super().__init__(model)
        self.village, self.number = village, number
        self.places: list[Place] = []
        self.wealth = 0
        self.poor = self.strained = self.minority = self.migrant = self.hiv = False
        self.listed = self.asked = False
        self.caregiver = 0
        self.last_visit: int | None = None
        self.trust_steps, self.trust_month = 0, 0

    def children(self) -> "list[Child]":
        """Children who live here now."""
        return [place.child for place in self.places if place.child is not None]

    def trust(self) -> float:
        """Trust in the worker today: what was remembered has drifted towards the village's mean."""
        mean = self.village.mean_trust()
        left = self.model.fading[self.model.month - self.trust_month]
        return mean + (self.trust_steps / TRUST_STEPS - mean) * left

    def remember(self, good: bool) -> None:
        """Keep a good or a bad experience with the worker's help in mind."""
        rules = self.model.rules
        if not rules.trust_changes:
            return
        before = self.trust()
        if good:
            after = before + rules.trust_gain_served * (1.0 - before)
        else:
            after = before * (1.0 - rules.trust_loss)
        self.village.trust_sum += as_steps(after) - as_steps(before)
        self.trust_steps = as_steps(after)
        self.trust_month = self.model.month

    def is_due(self, months: float) -> bool:
        """Whether the last visit is so long ago."""
        return self.last_visit is None or self.model.month - self.last_visit >= months
