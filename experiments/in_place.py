"""Runs of a plan that is in place at once: workers in a share of the villages, desks of a size.

Three stretches of one run. *Before*: no programme, until the month in which posts may open; the same for
every plan of a seed, simulated once and copied. *Settling*: the plan is in place, and queues, trust and
training have three years to come to rest. *Window*: the two years that are looked at. Every use of the next
10,000 yuan leaves the run where the window begins and meets the same random numbers as the run that goes on
without it, so six uses cost six windows and no more.
"""

import dataclasses
import functools
from collections import OrderedDict
from collections.abc import Mapping

import numpy as np

from experiments.uses import USES, Settings, Spent, Use, following_yuan
from model.branching import branch
from model.codes import MINUTES_PER_HOUR
from model.declarations import Bilingual, Value
from model.money import DESK_STAFF, FEN_PER_YUAN, PROGRAMME
from model.reading import ROOT
from model.scale_up import ScaleUpModel
from model.scenario import Scenario, make_scenario, parameters_at
from model.source_hash import source_hash
from model.strategy import Event, Strategy
from model.strategy_file import load_strategy
from results.binding import COUNTY_STEPS
from results.digest import Ends
from results.frames import counties as county_table
from results.kept import SINGLE, Kept, digest_from
from results.measures.cascade import binding_step, nested_counts
from results.series import COUNTS, SERVED_FLOWS, durable_services, met_months

PLAN_FILE = ROOT / "data" / "plans" / "at_once.yaml"
COVERAGE, DESKS = "universal_posts_share", "desk_fte_factor"
AXES = (COVERAGE, DESKS)
"""What a plan chooses: the share of villages that get a post, desk hours as a multiple of those of 2010."""
SETTLE_MONTHS, WINDOW_MONTHS = 36, 24
KEPT_PASTS = 2
"""Runs up to the beginning of a plan that a process keeps: the seeds it is working on."""
FOUND, FILED, SERVED = 1, 2, 3
"""Steps of :data:`results.binding.STEP_NAMES`."""
NO_ARRAYS = {name: np.zeros(2) for name in SINGLE}
NO_BITS = np.zeros(0, dtype=np.uint8)
OF_A_USE = ("need_months", "in_time", "found", "yuan", "one_off_yuan", "following_yuan")
"""What is kept of every use: changes against the run without it, over the window."""

_pasts: OrderedDict[str, ScaleUpModel] = OrderedDict()


@functools.cache
def plan_strategy() -> Strategy:
    """Return the strategy that puts a plan in place at once (``data/plans/at_once.yaml``)."""
    return load_strategy(PLAN_FILE)


def start_month() -> int:
    """Return the month in which the plan begins."""
    return int(plan_strategy().levers["mandate_month"])


def not_drawn() -> tuple[str, ...]:
    """Return what a plan settles itself, so that it is no part of what is drawn."""
    return (*AXES, *plan_strategy().levers)


def last_month() -> int:
    """Return the last month of the window."""
    return start_month() + SETTLE_MONTHS + WINDOW_MONTHS - 1


@functools.cache
def made_by() -> str:
    """Return a hash of the code that makes and measures these runs; the engine has its own."""
    return source_hash((__name__,), ("experiments", "results"))


def key_of(use: str, quantity: str) -> str:
    """Return the name of an outcome of a use in ``runs.parquet``."""
    return f"{use}_{quantity}"


@dataclasses.dataclass(frozen=True)
class InPlace:
    """Makes the run of a plan and of some uses of the next 10,000 yuan on top of it.

    Called with the scenario of a candidate, whose parameters hold the two choices of a plan and what is held
    besides; returns outcomes of the window, and for every use those named in `OF_A_USE`.
    """

    uses: tuple[str, ...] = ()

    def __call__(self, scenario: Scenario) -> Kept:
        """Make the run and its branches."""
        planned = _planned(scenario)
        begins = start_month() + SETTLE_MONTHS
        settled = branch(_past(_without_plan(scenario)), planned).run(begins - 1)
        base = branch(settled, planned).run()
        outcomes = window_outcomes(base, begins)
        for use in (use for use in USES if use.name in self.uses):
            now = parameters_at(planned, begins)
            settings = use.settings(settled, now)
            outcomes |= _of_use(use, settings, settled, base, begins)
        digest = digest_from(scenario.strategy.name, scenario.seed, outcomes, NO_ARRAYS)
        return Kept(digest, Ends(NO_BITS, NO_BITS))


def _without_plan(scenario: Scenario) -> Scenario:
    """Return the scenario without a plan: held numbers become levers, so that later steps may change them."""
    held = {name: value for name, value in scenario.parameters.items() if name not in AXES}
    return _of(scenario, levers={**scenario.strategy.levers, **held})


def _planned(scenario: Scenario) -> Scenario:
    choices = {name: scenario.parameters[name] for name in AXES}
    return _later(_without_plan(scenario), start_month(), choices)


def _later(scenario: Scenario, month: int, settings: Mapping[str, Value]) -> Scenario:
    """Return the scenario with numbers that change in a month."""
    name = Bilingual(en="What is tried", zh="试行方案")
    event = Event(id=f"from_{month}", month=month, name=name, set=dict(settings))
    return _of(scenario, events=(*scenario.strategy.events, event))


def _of(scenario: Scenario, **changes: object) -> Scenario:
    """Return the scenario with another strategy and no numbers held against it."""
    strategy = Strategy(**{**dict(scenario.strategy), **changes})
    return make_scenario(
        scenario.world, strategy, {}, scenario.seed, scenario.until, scenario.children, scenario.services
    )


def _past(scenario: Scenario) -> ScaleUpModel:
    """Return the run as it stands before a plan begins; kept for the next plan of the seed."""
    key = scenario.content_hash
    if key not in _pasts:
        _pasts[key] = ScaleUpModel(scenario).run(start_month() - 1)
        while len(_pasts) > KEPT_PASTS:
            _pasts.popitem(last=False)
    return _pasts[key]


def _of_use(
    use: Use, settings: Settings, settled: ScaleUpModel, base: ScaleUpModel, begins: int
) -> dict[str, float]:
    """Return what a use changes over the window, and what it costs; nothing where it has no room."""
    if not settings:
        return {key_of(use.name, quantity): 0.0 for quantity in OF_A_USE}
    scenario = _later(base.scenario, begins, settings)
    model = branch(settled, scenario).run()
    with_it, without = counts(model, begins), counts(base, begins)
    now, then = parameters_at(base.scenario, begins), parameters_at(scenario, begins)
    months = model.months_done - begins
    added = float(then.desk_fte_factor - now.desk_fte_factor) * office_hours(base) * months
    spent = Spent(
        money=model.observed.money[begins:].sum(axis=0),
        money_without=base.observed.money[begins:].sum(axis=0),
        counters=model.observed.counters[begins:].sum(axis=0),
        counters_without=base.observed.counters[begins:].sum(axis=0),
        desk_hours=added,
        now=now,
        then=then,
    )
    found = {
        "need_months": without["unmet_child_months"] - with_it["unmet_child_months"],
        "in_time": with_it["spells_served_in_time"] - without["spells_served_in_time"],
        "found": with_it["spells_found"] - without["spells_found"],
        "yuan": use.yuan(spent),
        "one_off_yuan": use.one_off_yuan(spent),
        "following_yuan": following_yuan(spent, use),
    }
    return {key_of(use.name, quantity): float(found[quantity]) for quantity in OF_A_USE}


def office_hours(model: ScaleUpModel) -> float:
    """Return the hours a month of all desks in offices in 2010."""
    return float(model.state.desks["base_minutes"].sum()) / MINUTES_PER_HOUR


def counts(model: ScaleUpModel, begins: int) -> dict[str, float]:
    """Return counts of the window by name, over all services."""
    tally = model.observed.strata[begins : model.months_done, 0].sum(axis=0)
    return {name: float(tally[:, list(columns)].sum()) for name, columns in COUNTS.items()}


def window_outcomes(model: ScaleUpModel, begins: int) -> dict[str, float]:
    """Return the outcomes of a plan over the window: numerators and denominators, divided afterwards.

    ``lost_found``, ``lost_filed`` and ``lost_served`` are needs lost before they were found, between finding
    and filing, and between filing and service within three months; ``counties_*_bind`` count the counties in
    which each is the largest of the three (flows of the window, as :mod:`results.binding`).
    """
    counted, observed = counts(model, begins), model.observed
    tally = observed.strata[begins : model.months_done, 0].sum(axis=0)
    met = float(met_months(tally, durable_services(model)).sum())
    given = float(tally[:, list(SERVED_FLOWS)].sum())
    lost = -np.diff(nested_counts([counted[name] for name in COUNTY_STEPS]))
    binding = _binding_counties(model, begins)
    counties = model.state.counties
    money = observed.money[begins : model.months_done].sum(axis=0)
    factor = parameters_at(model.scenario, begins).desk_fte_factor
    return {
        "children": float(observed.children[model.months_done - 1]),
        "villages": float(counties["n_villages"].sum()),
        "villages_with_post": float(counties["n_posts"].sum()),
        "villages_active": float(counties["n_active"].sum()),
        "met_child_months": met,
        "unmet_child_months": counted["unmet_child_months"],
        "effective_coverage_share": met / max(met + counted["unmet_child_months"], 1.0),
        "spells_opened": counted["spells_opened"],
        "spells_found": counted["spells_found"],
        "spells_filed": counted["spells_filed"],
        "spells_served": given,
        "spells_served_in_time": counted["spells_served_in_time"],
        "waiting_child_months": counted["unmet_child_months_waiting"],
        "lost_found": float(lost[FOUND - 1]),
        "lost_filed": float(lost[FILED - 1]),
        "lost_served": float(lost[SERVED - 1]),
        "counties_found_binds": float((binding == FOUND).sum()),
        "counties_filed_binds": float((binding == FILED).sum()),
        "counties_served_binds": float((binding == SERVED).sum()),
        "counties": float(len(counties)),
        "desk_hours_per_month": office_hours(model) * float(factor),
        "programme_yuan": float(money[list(PROGRAMME)].sum()) / FEN_PER_YUAN,
        "desk_staff_yuan": float(money[DESK_STAFF]) / FEN_PER_YUAN,
    }


def _binding_counties(model: ScaleUpModel, begins: int) -> np.ndarray:
    """Return the step with the largest loss in the window, county by county, as in `STEP_NAMES`."""
    table = county_table(model)
    flows = table.loc[table["month"] >= begins, list(COUNTY_STEPS)].to_numpy(np.float64)
    by_county = flows.reshape(-1, len(model.state.counties), len(COUNTY_STEPS)).sum(axis=0)
    return binding_step(nested_counts(by_county))
