"""Which agents are open: all of them in small worlds, those that somebody asked for in large ones."""

import difflib
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from agents.column import Registered, columns_of
from agents.county import County
from agents.household import Household
from agents.social_worker import SocialWorker, hired
from agents.village import Village
from columns.layout import NO_MONTH

MOST_OPEN = 10_000
"""Worlds of at most so many villages have all villages and workers open: a fifth of a second and 6 MB."""

Where = np.ndarray | Callable[[np.recarray], np.ndarray] | None


class Roster:
    """The open counties, villages and social workers of a model, by row.

    Parameters
    ----------
    model : ScaleUpModel
        With at most MOST_OPEN villages all its villages and workers are opened, otherwise only its counties.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.whole = len(model.state.villages) <= MOST_OPEN
        self._open: dict[type[Registered], dict[int, Any]] = {County: {}, Village: {}, SocialWorker: {}}
        self._hired = hired(model.state.villages)

    def fill(self) -> None:
        """Open what is open from the start."""
        self.at(County, range(len(self.model.state.counties)))
        if self.whole:
            self.at(Village, range(len(self.model.state.villages)))
            # Mesa makes a type's set with its first agent and keeps it: so it is there before any worker.
            SocialWorker(self.model, 0).remove()
            self.at(SocialWorker, np.flatnonzero(self._hired != NO_MONTH))

    def rows(self, kind: type[Registered], where: Where, fields: dict[str, Any]) -> np.ndarray:
        """Return the rows of a kind of agent that meet all conditions; see ``ScaleUpModel.open``.

        Raises
        ------
        TypeError
            For a kind that is not opened, or a condition on no column.
        ValueError
            If ``where`` does not give one answer per row.
        """
        if kind not in self._open:
            names = ", ".join(each.__name__ for each in self._open)
            raise TypeError(f"one opens {names}; households and children are read from their village")
        records = getattr(self.model.state, kind.table)
        chosen = np.ones(len(records), dtype=bool)
        if kind is SocialWorker:
            chosen &= hired(records) != NO_MONTH
        if where is not None:
            mask = np.asarray(where(records) if callable(where) else where)
            if mask.dtype != bool or mask.shape != chosen.shape:
                raise ValueError(
                    f"where must say yes or no for each of the {len(records):,} {kind.table}: a boolean "
                    f"array of that length, or a function of the records that returns one; this is "
                    f"{mask.dtype} of shape {mask.shape}"
                )
            chosen &= mask
        columns = columns_of(kind)
        for name, shown in fields.items():
            if name not in columns:
                near = difflib.get_close_matches(name, columns, 1)
                hint = f"; did you mean {near[0]}?" if near else f"; it has {', '.join(columns)}"
                raise TypeError(f"{kind.__name__} has no column {name}{hint}")
            chosen &= columns[name].equals(records[columns[name].field], shown)
        return np.flatnonzero(chosen)

    def at[A: Registered](self, kind: type[A], rows: Iterable[int]) -> list[A]:
        """Return the agents of some rows, opening those that are not open yet."""
        open_now = self._open[kind]
        found = []
        for row in map(int, rows):
            if row not in open_now:
                open_now[row] = kind(self.model, row)
            found.append(open_now[row])
        return found

    def county(self, row: int) -> County:
        """Return one county."""
        return self.at(County, [row])[0]

    def village(self, row: int) -> Village:
        """Return one village."""
        return self.at(Village, [row])[0]

    def villages(self, rows: Iterable[int]) -> list[Village]:
        """Return some villages."""
        return self.at(Village, rows)

    def worker(self, row: int) -> SocialWorker | None:
        """Return the social worker of a village, None while the post is not filled."""
        filled = hired(self.model.state.villages[row : row + 1])[0] != NO_MONTH
        return self.at(SocialWorker, [row])[0] if filled else None

    def household(self, row: int) -> Household:
        """Return one household."""
        return Household(self.model, row)

    def forget(self, agent: Registered) -> None:
        """Take an agent that was removed from the model off the list."""
        if self._open[type(agent)].get(agent.row) is agent:
            del self._open[type(agent)][agent.row]

    def follow_posts(self) -> None:
        """Remove the workers who left this month and, in small worlds, open those who came."""
        before, self._hired = self._hired, hired(self.model.state.villages)
        workers = self._open[SocialWorker]
        for row in np.flatnonzero(before != self._hired).tolist():
            if row in workers:
                workers[row].remove()
            if self.whole and self._hired[row] != NO_MONTH:
                self.at(SocialWorker, [row])
