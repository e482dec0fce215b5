"""What common random numbers save: the variance of paired differences against that of independent runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from columns.layout import N_STATES
from columns.tallies import FLOWS
from model.observation import POSTS
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.world import World
from model.worlds import uniform_world
from results.measures.coverage import UNMET_STATES
from results.measures.equity import erreygers_index
from verification.rows import seeds_of

LATE_MONTHS = 24
RESAMPLES = 4000
CONFIDENCE = 0.95
PAIRS = (("history", "no_programme"), ("desks_follow_backlog", "history"))
WORLDS: Mapping[str, str | World | None] = {"teaching": "teaching", "six_counties": None}
SETTINGS = {
    "six_counties": {"mandate_month": "2013-06", "county_rollout_months": 12, "seats_growth_per_month": 0.1}
}
"""In a world without pilot villages the mandate comes early, or there would be little to compare."""
REPLICATIONS = 24


def _flows(model: ScaleUpModel, *names: str) -> float:
    return float(sum(model.observed.strata[:, 0, :, N_STATES + FLOWS.index(name)].sum() for name in names))


def _erreygers(model: ScaleUpModel) -> float:
    late = slice(-LATE_MONTHS, None)
    met = model.observed.wealth_met[late].sum(axis=(0, 1))
    needed = model.observed.wealth_needed[late].sum(axis=(0, 1))
    return float(erreygers_index(met, needed))


OUTCOMES: Mapping[str, Callable[[ScaleUpModel], float]] = {
    "served within three months": lambda model: _flows(model, "served_within_limit"),
    "spells served": lambda model: _flows(model, "served_alone", "served_helped"),
    "unmet child-months": lambda model: float(model.observed.strata[:, 0, :, list(UNMET_STATES)].sum()),
    "spells found": lambda model: _flows(model, "found"),
    "cost": lambda model: float(model.observed.money.sum()),
    "posts filled, village-months": lambda model: float(
        model.observed.posts[:, :, POSTS.index("posts_filled")].sum()
    ),
    "Erreygers index of coverage": _erreygers,
}


@dataclass(frozen=True)
class Saving:
    """How many times more independent replications would be needed than paired ones, with its interval."""

    world: str
    pair: str
    outcome: str
    difference: float
    deviation_paired: float
    deviation_independent: float
    ratio: float
    low: float
    high: float


def outcomes(world: str, strategy: str, seed: int) -> np.ndarray:
    """All outcomes of one run."""
    place = WORLDS[world] or uniform_world(60, 200, 6)
    parameters = SETTINGS.get(world) if strategy != "no_programme" else None
    model = ScaleUpModel(
        make_scenario(world=place, strategy=strategy, parameters=parameters, seed=seed)
    ).run()
    return np.array([measure(model) for measure in OUTCOMES.values()])


def variance_rows(replications: int = REPLICATIONS, worlds: Sequence[str] = tuple(WORLDS)) -> list[Saving]:
    """Measure all outcomes of all pairs in some worlds."""
    rows = []
    for world in worlds:
        shared = seeds_of(f"common numbers {world}", replications)
        others = seeds_of(f"independent {world}", replications)
        strategies = sorted({name for pair in PAIRS for name in pair})
        values = {name: np.array([outcomes(world, name, seed) for seed in shared]) for name in strategies}
        apart = {
            reference: np.array([outcomes(world, reference, seed) for seed in others])
            for reference in sorted({reference for _, reference in PAIRS})
        }
        for strategy, reference in PAIRS:
            a, b, c = values[strategy], values[reference], apart[reference]
            rows += [
                _saving(world, f"{strategy} − {reference}", name, a[:, k], b[:, k], c[:, k])
                for k, name in enumerate(OUTCOMES)
            ]
    return rows


def _saving(
    world: str, pair: str, outcome: str, a: np.ndarray, paired: np.ndarray, apart: np.ndarray
) -> Saving:
    """Compare the spread of a − paired with that of a − apart; interval by bootstrap over replications."""
    with_common, without = a - paired, a - apart
    if not np.any(paired):  # nothing there to share chance with (no programme: nobody is found)
        with_common = without
    chosen = np.random.default_rng(0).integers(0, len(a), (RESAMPLES, len(a)))
    with np.errstate(divide="ignore"):  # a resample in which the pairs do not differ at all: without limit
        ratios = _variance(without[chosen]) / _variance(with_common[chosen])
    low, high = np.quantile(ratios, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], method="nearest")
    return Saving(
        world,
        pair,
        outcome,
        float(with_common.mean()),
        float(with_common.std(ddof=1)),
        float(without.std(ddof=1)),
        float(_variance(without) / _variance(with_common)),
        float(low),
        float(high),
    )


def _variance(values: np.ndarray) -> np.ndarray:
    spread: np.ndarray = values.var(axis=-1, ddof=1)
    return spread


def geometric_mean(rows: Sequence[Saving]) -> float:
    """Mean factor over outcomes."""
    return float(np.exp(np.mean([np.log(row.ratio) for row in rows])))
