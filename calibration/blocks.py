"""The two blocks that are fitted apart: what is simulated for a draw, and which outcomes are kept of it.

*rollout*: the spread over the whole country as numbers of posts per county, without children. *service*: the
120 pilot villages with their children (:mod:`calibration.pilot_villages`). What couples them, visible results
that speed up the spread, is cut for fitting and checked afterwards by runs of the whole model.
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.pilot_villages import PilotModel
from calibration.targets import BlockFile, Target, block_file
from columns.layout import ADMITTED, N_STATES, SERVED, UNMET
from columns.tallies import FLOWS
from experiments.draws import Axis
from experiments.study import Candidate, Study
from model.calendar import month_index
from model.observation import STRATA
from model.scale_up import ScaleUpModel
from model.scenario import Scenario
from model.source_hash import source_hash
from model.spread_only import Places, SpreadRun, places_of, simulate_spread
from model.strategy_file import load_strategy
from results.digest import Digest, Ends
from results.kept import Kept

FILED_HELPED_FIRST = N_STATES + FLOWS.index("filed_helped_first")
EMPTY = np.empty(0)


@dataclass(frozen=True)
class Block:
    """A part of the model that is fitted by itself.

    Attributes
    ----------
    name
        Of its file in ``data/calibration``.
    file
        Priors and targets.
    study
        What its runs have in common.
    simulate
        Makes a run and keeps the outcomes that targets name.
    """

    name: str
    file: BlockFile
    study: Study
    simulate: Callable[[Scenario], Kept]

    @property
    def targets(self) -> tuple[Target, ...]:
        """What it is fitted to."""
        return self.file.targets

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Priors of all that is drawn."""
        return self.file.axes

    @property
    def source(self) -> str:
        """Hash of the code that makes a run of it, beside the engine."""
        return source_hash(("calibration.blocks",), ("calibration",))


@functools.cache
def block_of(name: str) -> Block:
    """Return a block by name."""
    file = block_file(name)
    candidate = Candidate(file.strategy, load_strategy(file.strategy))
    study = Study(file.world, month_index(file.until), {file.strategy: candidate}, seeds="separate")
    return Block(name, file, study, SIMULATE[name])


def simulate_rollout(scenario: Scenario) -> Kept:
    """Make a run of the rollout block."""
    run = simulate_spread(_places(scenario.world_name), scenario)
    return only_outcomes(scenario, posts_at(run, block_file("rollout").targets))


def simulate_service(scenario: Scenario) -> Kept:
    """Make a run of the service block."""
    model = PilotModel(scenario).run()
    return only_outcomes(scenario, pilot_outputs(model, block_file("service").targets))


SIMULATE: Mapping[str, Callable[[Scenario], Kept]] = {
    "rollout": simulate_rollout,
    "service": simulate_service,
}


@functools.cache
def _places(world: str) -> Places:
    """Return the counties of a world, made once for all draws."""
    return places_of(world)


def posts_at(run: SpreadRun, targets: Sequence[Target]) -> dict[str, float]:
    """Return counts of villages at the months of targets, rescaled to the denominator of their time."""
    n_villages = int(run.counties.n_villages.sum())
    return {
        target.name: float(run.total(target.measure)[target.months[1]])
        * (target.of_villages / n_villages if target.of_villages else 1.0)
        for target in targets
    }


def pilot_outputs(model: ScaleUpModel, targets: Sequence[Target]) -> dict[str, float]:
    """Return what the pilot villages of a finished run put out, as targets ask for it.

    ``helped_first`` counts children whom a worker helped to file for the first time, from the first to the
    last month; ``unmet_share`` is the share of eligible children whose need is unmet at the end of a month.
    """
    pilot = model.observed.strata[:, STRATA.index("pilot")]
    found = {}
    for target in targets:
        first, last = target.months
        rows = pilot[first : last + 1, model.scenario.services.index(target.service)]
        if target.measure == "helped_first":
            found[target.name] = float(rows[:, FILED_HELPED_FIRST].sum())
        else:
            states = rows[-1, :N_STATES]
            unmet = states[UNMET:].sum() - states[[ADMITTED, SERVED]].sum()
            found[target.name] = float(unmet / states[1:].sum())
    return found


def only_outcomes(scenario: Scenario, outcomes: Mapping[str, float]) -> Kept:
    """Return outcomes, in any unit, in the form that the run store takes, and nothing else of the run."""
    digest = Digest(
        scenario.strategy.name, scenario.seed, dict(outcomes), {}, (), EMPTY, EMPTY, {}, {}, EMPTY, EMPTY,
        EMPTY, {}, {},
    )  # fmt: skip
    return Kept(digest, Ends(EMPTY.astype(np.uint8), EMPTY.astype(np.uint8)))
