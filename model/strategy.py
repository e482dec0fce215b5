"""Strategies: a rollout order, levers and dated events.

Dated events are facts in the default history and levers elsewhere. An event may set parameters (to a value,
or to the value of another parameter, so that draws of uncertain numbers reach it) and may begin a wave: posts
with their own training seats in a number of counties. An event that does neither states a decision whose
effect is taken as zero. Files are read in :mod:`model.strategy_file`.
"""

import functools
import hashlib

from pydantic import BaseModel, ConfigDict

from model.declarations import Bilingual, Value
from model.parameters import HASH_BYTES

ORDERS = (
    "proportional",
    "poorest_first",
    "remotest_first",
    "most_children_first",
    "neighbours_first",
    "cheapest_first",
    "desk_capacity_first",
    "provincial_quota",
    "random",
    "first_come",
    "ranking",
)
"""Who gets the next post when seats are short; their positions have names in ``model.orders``."""
RANKING = ORDERS[-1]
PILOT_COUNTIES = "pilot"
SELECTIONS = ("every_province", "poorest", "keyed")
"""How the counties of a wave are chosen where only their number is known: one per province before any second,
the poorest of the country, or by draw alone; as in ``model.policy``."""


class FromParameter(BaseModel):
    """The value of another parameter, looked up when the run's parameters are known."""

    model_config = ConfigDict(frozen=True)

    name: str


class Wave(BaseModel):
    """Posts that are opened in some counties with training seats of their own.

    They open evenly from ``month_start`` to ``month_end``, both included. ``counties`` is "pilot" (those of
    2010), a number (chosen in the whole country by ``selection``, so that a part of the country holds those
    that lie in it) or county codes. ``seats`` are enough for all posts where they are not given.
    """

    model_config = ConfigDict(frozen=True)

    month_start: int
    month_end: int
    counties: int | str | tuple[int, ...]
    posts_per_county: int
    selection: str = SELECTIONS[0]
    seats: int | None = None


class Event(BaseModel):
    """Something that happens at the beginning of a month."""

    model_config = ConfigDict(frozen=True)

    id: str
    month: int
    name: Bilingual
    source: str = ""
    set: dict[str, Value | FromParameter] = {}
    wave: Wave | None = None


class Strategy(BaseModel):
    """What is decided about the roll-out: everything but the world, uncertain numbers and the seed."""

    model_config = ConfigDict(frozen=True)

    name: str
    sentence: Bilingual
    extends: tuple[str, ...] = ()
    order: str = ORDERS[0]
    ranking: str = ""
    levers: dict[str, Value] = {}
    events: tuple[Event, ...] = ()

    @property
    def waves(self) -> tuple[Wave, ...]:
        """The waves, by the month of their event."""
        return tuple(event.wave for event in self.events if event.wave is not None)

    @property
    def order_index(self) -> int:
        """Position of the rollout order, as kernels know it."""
        return ORDERS.index(self.order)

    @functools.cached_property
    def content_hash(self) -> str:
        """Hexadecimal hash of what it does; its name, sentence and the names of its events do not count."""
        content: list[object] = [self.order, self.ranking, sorted(self.levers.items())]
        for event in self.events:
            content += [event.month, [(key, event.set[key]) for key in sorted(event.set)], event.wave]
        return hashlib.blake2b(repr(content).encode(), digest_size=HASH_BYTES).hexdigest()

    def __hash__(self) -> int:
        return hash(self.content_hash)
