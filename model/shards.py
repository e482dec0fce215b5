"""A world in shards, for several machines: each has the children of some counties, and knows all counties.

Counties have their months to themselves but for two barriers (:mod:`model.scale_up`). A shard works on its
own counties and, instead of waiting for threads, hands out their records and is given those of all. What
crosses counties follows from these alone, so every shard works it out by itself, with the same result. What a
shard observes of its own people adds up over shards.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from model.assembly import assemble
from model.blocks import Block, cut_counties
from model.checkpoint import LISTS, PER_THREAD
from model.evidence import publish_coverage
from model.month import COSTS, POLICY
from model.observation import ACTIVE, POSTS, POSTS_FILLED, STAGE
from model.scale_up import ScaleUpModel
from model.scenario import Scenario
from model.schedule import NAMES

type Exchange = Callable[[np.recarray], np.recarray]
"""Hands out the records of a shard's counties after their month, and returns those of all counties."""

SEEN_WHOLE: dict[str, Any] = {
    "seats": ...,
    "stages": ...,
    "provinces": ...,
    "posts": (..., POSTS.index("posts_opened")),
    "counties": (..., [POSTS_FILLED, ACTIVE, STAGE]),
}
"""What is observed of the records of all counties, by every shard alike."""


class Shard(ScaleUpModel):
    """A model whose people are those of a run of counties.

    Parameters
    ----------
    scenario : Scenario
    counties : Block
        First and last (exclusive) county of the shard.
    exchange : Exchange
        Called once a month; waits for all shards.
    """

    def __init__(self, scenario: Scenario, counties: Block, exchange: Exchange) -> None:
        super().__init__(scenario, assembled=assemble(scenario, only=counties))
        self.here, self._exchange = counties, exchange
        self.pause_before(NAMES[COSTS])

    def before(self, phase: str, month: int) -> None:
        """As in every model; before the second barrier, the records of all counties come in."""
        super().before(phase, month)
        counties = self.state.counties
        if phase == NAMES[COSTS]:
            publish_coverage(counties, self.state.villages)
            counties[:] = self._exchange(counties[slice(*self.here)].copy())
            self._coverage = counties.effective_coverage.copy()
        elif phase == NAMES[POLICY] and month > 0:  # of other counties it was published without their people
            counties.effective_coverage[:] = self._coverage


class Part(NamedTuple):
    """What a shard leaves at the end of a run."""

    here: Block
    months: int
    state: dict[str, list[np.ndarray]]
    """Of every column the rows of its counties, in one piece or, for desks, three."""
    added: dict[str, np.ndarray]
    """Columns of threads, which add up."""
    observed: dict[str, np.ndarray]
    spread: dict[str, np.ndarray]
    halvings: np.ndarray


def shard_blocks(counties: np.recarray, shards: int) -> list[Block]:
    """Divide counties over so many shards, or as many as there are counties."""
    return cut_counties(counties, min(shards, len(counties)))


def part_of(shard: Shard) -> Part:
    """Take from a shard what it has to add to the whole."""
    state = shard.state._asdict()
    rows = _rows(shard, shard.here)
    return Part(
        shard.here,
        shard.months_done,
        {name: [state[name][piece] for piece in pieces] for name, pieces in rows.items()},
        {name: state[name] for name in PER_THREAD},
        shard.observed._asdict(),
        _arrays_of_spread(shard),
        state["halvings"],
    )


def join_parts(model: ScaleUpModel, parts: Sequence[Part]) -> ScaleUpModel:
    """Bring the parts of a run into a model of its scenario without people; returns the model.

    It is then in every number what one machine would have made.
    """
    state = model.state
    columns = state._asdict()
    lists: dict[str, list[np.ndarray]] = {name: [] for name in LISTS}
    for part in sorted(parts, key=lambda each: each.here):
        starts = {name: sum(len(piece) for piece in lists[name]) for name in LISTS}
        for name, pieces in _rows(model, part.here).items():
            if name in LISTS:
                lists[name] += part.state[name]
                continue
            for piece, rows in zip(pieces, part.state[name], strict=True):
                columns[name][piece] = rows
        arenas = state.arenas[slice(*part.here)]
        arenas.start += starts["open_entries"] - arenas.start[0]
        arenas.filed_start += starts["filed_entries"] - arenas.filed_start[0]
    for name in PER_THREAD:
        columns[name][...] = sum(part.added[name] for part in parts)
    for name, column in model.observed._asdict().items():
        column[...] = sum(part.observed[name] for part in parts)
        if name in SEEN_WHOLE:
            column[SEEN_WHOLE[name]] = parts[0].observed[name][SEEN_WHOLE[name]]
    for name, column in _arrays_of_spread(model).items():
        column[...] = parts[0].spread[name]
    state.halvings[:] = parts[0].halvings
    whole = {name: np.concatenate(pieces) for name, pieces in lists.items()}
    model.go_on(parts[0].months, state._replace(**whole), [])
    return model


def _arrays_of_spread(model: ScaleUpModel) -> dict[str, np.ndarray]:
    return {name: each for name, each in model.spread._asdict().items() if isinstance(each, np.ndarray)}


def _rows(model: ScaleUpModel, here: Block) -> dict[str, list[slice]]:
    """Rows of every column of the state that belong to some counties."""
    state, n_services = model.state, len(model.tables.services)
    counties, arenas = state.counties[slice(*here)], state.arenas[slice(*here)]

    def of(first: np.ndarray, number: np.ndarray) -> slice:
        return slice(int(first[0]), int(first[-1] + number[-1]))

    villages = of(counties.first_village, counties.n_villages)
    townships = of(counties.first_township, counties.n_townships)
    homes = state.villages[villages]
    slots = of(counties.first_slot, counties.n_slots)
    n_counties, n_offices = len(state.counties), len(state.counties) + len(state.townships)
    of_township = slice(n_counties + townships.start, n_counties + townships.stop)
    desks = [slice(each.start * n_services, each.stop * n_services) for each in (slice(*here), of_township)]
    of_village = n_offices * n_services
    desks.append(slice(of_village + villages.start, of_village + villages.stop))
    return {
        **{name: [slice(*here)] for name in ("counties", "arenas", "counters", "county_tally")},
        "sectors": [slice(2 * here.first, 2 * here.last)],
        "townships": [townships],
        "villages": [villages],
        "households": [of(homes.first_household, homes.n_households)],
        **{name: [slots] for name in ("needs", "birth", "due", "traits", "household")},
        "desks": desks,
        "open_entries": [of(arenas.start, arenas.capacity)],
        "filed_entries": [of(arenas.filed_start, arenas.filed_capacity)],
    }
