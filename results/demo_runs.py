"""The runs of the demonstration: the pilot counties under four strategies, and spread in the whole country.

Replication k has seed k in every strategy. Runs are independent, so they are handed to threads; compiled code
lets the interpreter go, and no result depends on the number of threads.
"""

from concurrent.futures import CancelledError, ThreadPoolExecutor
from threading import Event, Lock
from typing import NamedTuple

import numpy as np

from columns.compiling import prepare_cache
from model.scale_up import ScaleUpModel
from model.scenario import Scenario, make_scenario
from model.spread_only import places_of, simulate_spread
from results.comparison import Comparison
from results.digest import Digest, Ends, digest, ends, exchange, with_same_desks
from results.figures.compared.spread import MAP_MONTH, CountrySpread
from results.progress import Progress, silent
from results.view import RunView, events_of, view_of

WORLD = "pilot_counties"
STRATEGIES = ("no_programme", "history", "workers_without_desks", "desks_follow_backlog")
"""The first is what the others are compared with, child by child."""
COUNTRY = "china"
COUNTRY_STRATEGIES = ("history", "no_mandate")
COUNTRY_REPLICATIONS = 10
UNTIL = "2020-12"
COHORT = {"cohort_start_month": 95, "cohort_end_month": 107}
"""Needs that arose from April 2018 to March 2019, when most villages had a post: followed for 21 months."""
COMPILED_WITH = "four_villages"


class DemoRuns(NamedTuple):
    """All that the page shows, and one view of a run without the programme for words and desks."""

    comparison: Comparison
    country: CountrySpread
    views: dict[str, RunView]
    world: str


class _Finished(NamedTuple):
    digest: Digest
    ends: Ends
    view: RunView | None


def compile_once(threads: int = 1) -> None:
    """Compile all kernels on the smallest world, so that a bar that follows measures work."""
    prepare_cache()
    ScaleUpModel(make_scenario(world=COMPILED_WITH, until=1), n_threads=threads).run()
    country(1, until=0)


def run_all(
    replications: int, threads: int, progress: Progress = silent, world: str = WORLD, until: str | int = UNTIL
) -> DemoRuns:
    """Run every strategy with every seed, and spread in the country with and without the mandate."""
    scenarios = [
        make_scenario(world=world, strategy=strategy, seed=seed, until=until, parameters=COHORT)
        for seed in range(1, replications + 1)
        for strategy in STRATEGIES
    ]
    months_done, lock, stop = 0, Lock(), Event()
    total = sum(scenario.until + 1 for scenario in scenarios)

    def one_month() -> None:
        nonlocal months_done
        with lock:
            months_done += 1
            progress(months_done / total, "")

    def run(scenario: Scenario) -> _Finished:
        model = ScaleUpModel(scenario)
        while model.months_done <= scenario.until:
            if stop.is_set():
                raise CancelledError
            model.run(until=model.months_done)
            one_month()
        return _Finished(digest(model), ends(model), view_of(model) if scenario.seed == 1 else None)

    with ThreadPoolExecutor(threads) as pool:
        try:
            finished = list(pool.map(run, scenarios))
        except BaseException:  # a failed run or Ctrl-C: do not let the others go on
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    by_strategy = {
        strategy: [run for run in finished if run.digest.strategy == strategy] for strategy in STRATEGIES
    }
    comparison = Comparison(
        with_same_desks({name: [run.digest for run in runs] for name, runs in by_strategy.items()}),
        {
            strategy: [
                exchange(run.ends, without.ends)
                for run, without in zip(by_strategy[strategy], by_strategy[STRATEGIES[0]], strict=True)
            ]
            for strategy in STRATEGIES[1:]
        },
    )
    views = {run.view.strategy: run.view for run in finished if run.view is not None}
    return DemoRuns(comparison, country(COUNTRY_REPLICATIONS, until), views, world)


def country(replications: int, until: str | int = UNTIL) -> CountrySpread:
    """Simulate spread in the whole country without children, once per seed and strategy."""
    places = places_of(COUNTRY)
    posts, shares = {}, {}
    scenarios = {
        name: make_scenario(world=COUNTRY, strategy=name, until=until, children="none")
        for name in COUNTRY_STRATEGIES
    }
    for name, scenario in scenarios.items():
        runs = [simulate_spread(places, scenario, seed=seed) for seed in range(1, replications + 1)]
        posts[name] = np.array([run.total("villages_with_post") for run in runs])
        snapshot = simulate_spread(places, scenario, seed=1, until=min(MAP_MONTH, scenario.until))
        shares[name] = np.asarray(snapshot.counties.n_posts / snapshot.counties.n_villages)
    counties = places.counties
    return CountrySpread(
        posts,
        shares,
        codes=counties.code.tolist(),
        children=np.asarray(counties.children),
        villages=int(counties.n_villages.sum()),
        events=events_of(scenarios[COUNTRY_STRATEGIES[0]]),
    )
