"""What a user's own places add to a month, between its phases: money, seats, posts and who pays.

The effects themselves stand in :mod:`model.own.given` and :mod:`model.own.posts`; here is when they come.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.own import given as own
from model.own import posts
from model.own.given import Given


class Effects:
    """Nothing: a world of which no user said anything beyond its geography."""

    pauses: tuple[str, ...] = ()
    """Phases before which something is done."""

    def before(self, phase: str, month: int, state: Any, rules: Any, accounts: Any) -> None:
        """Do what comes before a phase of a month; works in place."""


class OwnEffects(Effects):
    """What a user said of these places."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.pauses = ("spread_approach", "staff_posts", "observe")
        if posts.are_given(given):
            self.pauses += ("age_population",)
        self._lent: NDArray[np.int64] = np.zeros(0, dtype=np.int64)

    def before(self, phase: str, month: int, state: Any, rules: Any, accounts: Any) -> None:
        """Do what comes before a phase of a month; works in place."""
        given, counties = self.given, state.counties
        if phase == "spread_approach":
            own.limit_budgets(given, month, counties, rules)
            own.begin_posts(given, month, counties)
        elif phase == "staff_posts":
            own.open_posts(given, month, counties)
            if "age_population" in self.pauses:
                self._lent = posts.lend(given, state, rules)
        elif phase == "age_population" and phase in self.pauses:
            posts.adjust(given, month, state, rules, self._lent)
        elif phase == "observe":
            own.share_payments(given, month, accounts.costs, accounts.payments)
            own.count_overspending(given, counties, accounts.gap)


def effects(given: Given | None) -> Effects:
    """Return the effects of what a user said, where one did."""
    return Effects() if given is None else OwnEffects(given)
