"""The model: one world under one strategy, month after month, as a Mesa model.

``step()`` reads like the schedule of the specification. What crosses counties (policy, spread, seats, money)
happens in two serial barriers; between them every county has its month to itself, on any number of threads.
"""

from bisect import bisect_right
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from time import process_time
from typing import Self

import numpy as np

from columns.layout import SERVED
from columns.state import State
from columns.state_hash import hash_arrays
from model.assembly import Assembled, assemble, entries_in_use, grown
from model.blocks import Block
from model.calendar import month_text, year_of
from model.codes import GROUP_DISABLED, GROUP_POOR, GROUP_UNATTENDED
from model.evidence import publish_coverage
from model.kernel_problems import check_problems
from model.money import (
    DISABILITY_SUBSIDY_MONTHS,
    ORPHAN_ALLOWANCE_MONTHS,
    SUBSISTENCE_ALLOWANCE_MONTHS,
    account_costs,
    money_arrays,
    set_budgets,
)
from model.month import N_COUNTY_PHASES, make_scratch, run_counties
from model.observation import clear_flows, make_observed, observe_children, observe_money, observe_posts
from model.orders import county_scores, ranking_columns
from model.own import given as own
from model.own import posts
from model.policy import apply_policy, make_policy, national_path, waves_arrays
from model.scenario import Scenario, make_scenario
from model.schedule import COUNTY_PHASES, PHASES
from model.spread import spread_approach
from model.spread_setup import Spread, prepare_spread
from model.tables import renew
from model.windows import WithAgents

FULL_SHARE = 0.8
GROWTH_FACTOR = 1.5
LEAST_GROWTH = 1024
MESA_SEEDS = 2**32
"""Mesa's own generator, which no decision uses, takes seeds below this."""
ALLOWANCES = {
    GROUP_UNATTENDED: ORPHAN_ALLOWANCE_MONTHS,
    GROUP_POOR: SUBSISTENCE_ALLOWANCE_MONTHS,
    GROUP_DISABLED: DISABILITY_SUBSIDY_MONTHS,
}

type Events = list[tuple[int, np.ndarray]]
"""Changes of state by month."""


def with_room(entries: np.ndarray, capacity: np.ndarray) -> np.ndarray:
    """Return capacities (entries; one per county) with room for more, the same where all lists have room."""
    if (entries <= FULL_SHARE * capacity).all():
        return capacity
    return np.maximum(capacity, np.ceil(GROWTH_FACTOR * entries).astype(np.int64) + LEAST_GROWTH)


class ScaleUpModel(WithAgents):
    """Provinces, counties, villages, households, children, workers and desks, month by month.

    Parameters
    ----------
    scenario : Scenario, optional
        From :func:`model.scenario.make_scenario`; the default history in the pilot counties.
    n_threads : int
        Threads for the county phases; results do not depend on it.
    log_events : bool
        Keep every change of state of every need with its month (for small worlds).
    profile : bool
        Run and time the county phases one by one, with identical results.
    settled : bool
        False leaves the places without people, for :meth:`go_on`.
    assembled : model.assembly.Assembled, optional
        What would be built from the scenario, where it is at hand; the model takes it over.

    Attributes
    ----------
    months_done : int
        Months simulated so far; the next is month ``months_done``.
    state, tables : columns.state.State, columns.state.Tables
        The columns and what kernels read.
    observed : model.observation.Observed
        Counts by month, filled as far as the run has come.
    events : list of (month, ndarray)
        Changes of state, if ``log_events``; see :mod:`columns.tallies`.
    """

    scenario: Scenario = None  # type: ignore[assignment]
    """The :class:`model.scenario.Scenario`; takes the place of Mesa's experimental attribute of that name."""

    def __init__(
        self,
        scenario: Scenario | None = None,
        n_threads: int = 1,
        log_events: bool = False,
        profile: bool = False,
        settled: bool = True,
        assembled: Assembled | None = None,
    ) -> None:
        scenario = scenario or make_scenario()
        super().__init__(rng=scenario.seed % MESA_SEEDS)
        self.scenario = scenario
        self.n_threads, self.log_events = n_threads, log_events
        assembled = assembled or assemble(self.scenario, n_threads, log_events, settled)
        self.world, state, self.tables, self.still, self.background, self.blocks, self.rank = assembled
        self._take_state(state)
        self.policy = make_policy(self.scenario.schedule)
        self.spread = self._prepare_spread()
        _, costs, payments, gap = money_arrays(len(self.state.counties))
        self._money = costs, payments, gap
        self._pool = ThreadPoolExecutor(n_threads) if n_threads > 1 else None
        services = self.tables.services
        self._given = services["durable"] == 0
        self._allowances = [(s, ALLOWANCES[int(row.group)]) for s, row in enumerate(services) if row.status]
        # Needs that children begin with are no flow of the first month.
        clear_flows(self.state.tally, self.state.county_tally, self._given)
        logged = len(self.state.villages) if log_events else 0
        self.observed = make_observed(
            self.scenario.until + 1, len(self.state.counties), len(services), logged
        )
        self.months_done = 0
        self.events: Events = []
        self.seconds = dict.fromkeys((phase.name for phase in PHASES), 0.0) if profile else None
        self._take_events(0)

    def _prepare_spread(self) -> Spread:
        counties, strategy = self.state.counties, self.scenario.strategy
        waves = waves_arrays(strategy.waves, counties, self.scenario.seed)
        ranking = None
        if strategy.ranking:
            ranking, _ = ranking_columns(strategy.ranking, self.world.table, self.state.villages)
        score = county_scores(strategy.order_index, counties, self.state.villages, ranking)
        return prepare_spread(
            counties,
            self.world.table,
            self.scenario.seed,
            self.tables.rules,
            *waves,
            strategy.order_index,
            score,
        )

    def _take_state(self, state: State) -> None:
        """Work on these columns from now on."""
        self.state = state
        self._scratch = [make_scratch(state, len(self.tables.services)) for _ in range(self.n_threads)]

    def go_on(self, months_done: int, state: State, events: Events) -> None:
        """Continue a run that stood after so many months; see :mod:`model.checkpoint`.

        Mesa's clock is not set, since that would replay its events: it catches up by itself in :meth:`step`.

        Parameters
        ----------
        months_done : int
        state : columns.state.State
            Of that run; its ranks, its ``spread`` and what was observed are in place already.
        events : list of (month, ndarray)
            Of that run so far.
        """
        self._take_state(state)
        self.months_done, self.events = months_done, events
        if months_done:
            month = months_done - 1
            in_force = bisect_right(self.policy.months, month) - 1
            self.tables.rules[0] = self.policy.records[in_force][0]
            self.tables = renew(self.tables, self.still)

    def step(self) -> None:
        """Simulate the next month; returns at once if the clock is behind a resumed run."""
        month = int(self.time) - 1
        self.running = month < self.scenario.until
        if month < self.months_done or month > self.scenario.until:
            return
        self.apply_policy(month)
        self.spread_approach(month)
        self.run_counties(month)
        self.account_costs(month)
        self.observe_month(month)
        self.months_done = month + 1
        self.follow_posts()

    def run(self, until: int | None = None) -> Self:
        """Run to a month (inclusive), by default the scenario's last; returns the model."""
        last = self.scenario.until if until is None else until
        while self.months_done <= last:  # the clock of a resumed run is behind
            super().run_for(last + 1 - self.months_done)
        return self

    def apply_policy(self, month: int) -> None:
        """Bring the rules of the month into force."""
        if apply_policy(month, self.policy, self.tables.rules, self.spread.nation, national_path()):
            self.tables = renew(self.tables, self.still)
        redated = (self.tables.halvings != self.state.halvings).any()
        if redated != self.tables.redated[0]:
            self.tables = self.tables._replace(redated=np.array([redated]))
        self.state.halvings[:] = self.tables.halvings

    def spread_approach(self, month: int) -> None:
        """Provinces and counties decide; budgets and training seats become envelopes of the counties."""
        counties, given = self.state.counties, self.world.given
        set_budgets(counties, self.tables.rules)
        own.limit_budgets(given, month, counties, self.tables.rules)
        own.begin_posts(given, month, counties)
        spread_approach(month, counties, *self.spread, self.tables.rules)
        own.open_posts(given, month, counties)

    def run_counties(self, month: int) -> None:
        """All county phases of a month, on all threads."""
        given, first = self.world.given, 0
        if posts.are_given(given):  # between staffing and visits
            lent = posts.lend(given, self.state, self.tables.rules)
            first = COUNTY_PHASES.index("staff_posts") + 1
            self._run_phases(month, 0, first)
            posts.adjust(given, month, self.state, self.tables.rules, lent)
        if self.seconds is None:
            self._run_phases(month, first, N_COUNTY_PHASES)
        else:
            for position, name in list(enumerate(COUNTY_PHASES))[first:]:
                start = process_time()
                self._run_phases(month, position, position + 1)
                self.seconds[name] += process_time() - start
        check_problems(self.state.problems, month_text(month))
        self._make_room()

    def _run_phases(self, month: int, first_phase: int, last_phase: int) -> None:
        if self._pool is None:
            self._run_blocks(self.blocks, month, 0, first_phase, last_phase)
            return
        shares = [self.blocks[thread :: self.n_threads] for thread in range(self.n_threads)]
        waiting = [
            self._pool.submit(self._run_blocks, share, month, thread, first_phase, last_phase)
            for thread, share in enumerate(shares)
        ]
        for future in waiting:
            future.result()

    @np.errstate(
        over="ignore"
    )  # hashing overflows on purpose; uncompiled this warns, and threads inherit nothing
    def _run_blocks(
        self, blocks: Sequence[Block], month: int, thread: int, first_phase: int, last_phase: int
    ) -> None:
        for block in blocks:
            run_counties(
                self.state, self.tables, self.rank, month, block.first, block.last, thread,
                first_phase, last_phase, self._scratch[thread],
            )  # fmt: skip

    def _make_room(self) -> None:
        """Enlarge the lists of counties whose open spells are close to filling them."""
        arenas = np.asarray(self.state.arenas)  # a record array is slower to read
        listed = arenas["n_open"] + arenas["n_gathering"]
        filed = arenas["n_filed"] + arenas["n_gathering"]  # all papers may be complete next month
        lists = (listed, arenas["capacity"]), (filed, arenas["filed_capacity"])
        if any((entries > FULL_SHARE * capacity).any() for entries, capacity in lists):
            self._take_state(grown(self.state, *(with_room(*each) for each in lists)))

    def account_costs(self, month: int) -> None:
        """Turn what was done into money by category and payer."""
        state = self.state
        for s, counter in self._allowances:
            state.counters[:, counter] += state.county_tally[:, s, SERVED]
        self.observed.counters[month] = state.counters.sum(axis=0)
        account_costs(state.counties, state.counters, *self._money, self.tables.rules)
        costs, payments, gap = self._money
        own.share_payments(self.world.given, month, costs, payments)
        own.count_overspending(self.world.given, state.counties, gap)
        observe_money(self.observed, month, *self._money)

    def observe_month(self, month: int) -> None:
        """Count the month and publish what peers may see of it."""
        publish_coverage(self.state.counties, self.state.villages)
        observe_children(self.observed, month, year_of(month) - year_of(0), self.state, self._given)
        observe_posts(self.observed, month, self.state, self.rank)
        self._take_events(month)

    def _take_events(self, month: int) -> None:
        """Move the month's event log out of the kernels' buffers, in the order of child slots."""
        if not self.log_events:
            return
        taken = []
        for log in self.state.log:
            count = int(log[0])
            if count >= len(log):
                raise MemoryError(
                    f"{month_text(month)}: {count:,} events do not fit the event log; switch it off"
                )
            taken.append(log[1 : 1 + count].copy())
            log[0] = 0
        merged = np.concatenate(taken)
        self.events.append((month, merged[np.argsort(merged & np.uint64(0xFFFFFFFF), kind="stable")]))

    def state_hash(self) -> str:
        """Hexadecimal hash of all columns, lists and queues at the end of the last month."""
        state = self.state
        named = {
            name: np.asarray(getattr(state, name))
            for name in (
                "counties", "townships", "villages", "households", "sectors", "needs", "birth", "due",
                "traits", "household", "desks", "county_tally",
            )
        }  # fmt: skip
        named |= entries_in_use(state)
        named |= {f"spread.{name}": np.asarray(value) for name, value in self.spread._asdict().items()}
        return hash_arrays(named)
