"""A study: strategies, draws of uncertain numbers and replications that are run in one world and compared.

Two kinds of uncertainty are kept apart: draws (what we do not know) and replications (chance). Decisions are
neither: a *candidate* is a strategy with some levers set, and every candidate meets the same draws with the
same seeds, so that differences between candidates are differences of decisions.
"""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from experiments.identity import run_id, seed_of, study_hash
from model.declarations import Value
from model.scenario import Scenario, make_scenario
from model.strategy import Strategy

PLANNED, DONE, FAILED = "planned", "done", "failed"
DEFAULTS = 0
"""The draw in which every uncertain number has its default."""

type Draw = tuple[int, dict[str, Value]]
"""Number of a draw and its values."""


@dataclass(frozen=True)
class Candidate:
    """A decision that is tried: a strategy and the levers that are set besides."""

    name: str
    strategy: Strategy
    settings: Mapping[str, Value] = field(default_factory=dict)


class Job(NamedTuple):
    """One run that is to be made; ``number`` is its place in ``runs.parquet``."""

    number: int
    id: str
    strategy: str
    draw: int
    replication: int
    seed: int


@dataclass(frozen=True)
class Study:
    """What the runs of an experiment have in common, and the candidates they try.

    Attributes
    ----------
    world, until, parameters
        Place, last month, and numbers held at a value in every run.
    candidates
        By name, in the order in which results list them.
    reference
        The candidate that the others are compared with child by child; empty for none.
    seeds
        "common": replication k has seed k in every draw, so draws can be compared pair by pair. "separate":
        every draw has chance of its own, so chance averages out over draws.
    details
        Whether the arrays of a digest are kept as well as the outcomes.
    made_by
        Hash of the code that makes the runs, where it is not the engine alone.
    """

    world: Any
    until: int
    candidates: Mapping[str, Candidate]
    parameters: Mapping[str, Value] = field(default_factory=dict)
    reference: str = ""
    seeds: Literal["common", "separate"] = "common"
    details: bool = False
    made_by: str = ""

    @functools.cached_property
    def hash(self) -> str:
        """Hash of what all runs share."""
        return study_hash(self.world, self.until, self.parameters) + self.made_by

    @property
    def world_name(self) -> str:
        """Name of the world."""
        return self.world if isinstance(self.world, str) else str(self.world.name)

    def seed(self, draw: int, replication: int) -> int:
        """Return the seed of a replication of a draw, the same for every candidate."""
        if self.seeds == "common" or draw == DEFAULTS:
            return replication
        return seed_of(draw, replication)

    def id_of(self, name: str, drawn: Mapping[str, Value], seed: int) -> str:
        """Return the id of a run."""
        candidate = self.candidates[name]
        return run_id(self.hash, candidate.strategy, candidate.settings, drawn, seed)

    def scenario(self, name: str, drawn: Mapping[str, Value], seed: int) -> Scenario:
        """Return what a run simulates: what a candidate or its strategy decides prevails over draws."""
        candidate = self.candidates[name]
        unknown = {key: value for key, value in drawn.items() if key not in candidate.strategy.levers}
        parameters = {**self.parameters, **unknown, **candidate.settings}
        return make_scenario(self.world, candidate.strategy, parameters, seed, self.until)

    def jobs(self, draws: Iterator[Draw], replications: range, names: tuple[str, ...] = ()) -> Iterator[Job]:
        """Return the runs of all candidates (or of some), those with the same draw and seed side by side."""
        number = 0
        for draw, drawn in draws:
            for replication in replications:
                seed = self.seed(draw, replication)
                for name in names or self.candidates:
                    yield Job(number, self.id_of(name, drawn, seed), name, draw, replication, seed)
                    number += 1
