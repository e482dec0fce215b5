"""The model: one world under one strategy, month after month, as a Mesa model.

A month runs through the phases of :mod:`model.schedule`. What crosses counties (policy, spread, seats, money)
happens in two serial barriers; between them every county has its month to itself, on any number of threads.
Python comes in where a month is cut: between the barriers and the counties where there are several threads,
at every phase with a profile, and wherever something that is not compiled takes part.
"""

import itertools
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from time import process_time
from typing import Self

import numpy as np

from columns.state import State
from columns.state_hash import hash_arrays
from model.assembly import Assembled, assemble, entries_in_use
from model.calendar import month_text
from model.kernel_problems import check_problems
from model.lists import Ahead, is_large, make_room, needs_in_a_shock, note_month
from model.money import make_accounts
from model.month import COSTS, N_PHASES, STAFF, make_scratch, run_months
from model.observation import FILED, clear_flows, make_observed
from model.orders import county_scores, ranking_columns
from model.own import months as own
from model.policy import make_policy, waves_arrays
from model.scenario import Scenario, make_scenario
from model.schedule import NAMES
from model.spread_setup import Spread, prepare_spread
from model.tables import decide
from model.windows import WithAgents

MESA_SEEDS = 2**32
"""Mesa's own generator, which no decision uses, takes seeds below this."""
SLOT_MONTHS_AT_ONCE = 10_000_000
"""Months go to compiled code together up to about so many months of child slots: a quarter of a second."""

type Events = list[tuple[int, np.ndarray]]
"""Changes of state by month."""


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
        self.decisions, self.tables = decide(self.policy, self.tables, self.still)
        self.spread = self._prepare_spread()
        self._accounts = make_accounts(len(self.state.counties), self.tables.services)
        self._own = own.effects(self.world.given)
        self._pool = ThreadPoolExecutor(n_threads) if n_threads > 1 else None
        blocks = np.array(self.blocks, dtype=np.int64).reshape(-1, 2)
        self._shares = [blocks[thread::n_threads] for thread in range(n_threads)]
        # Needs that children begin with are no flow of the first month.
        clear_flows(self.state.tally, self.state.county_tally, self.tables.services)
        logged = len(self.state.villages) if log_events else 0
        self.observed = make_observed(
            self.scenario.until + 1, len(self.state.counties), len(self.tables.services), logged
        )
        self.months_done = 0
        self.events: Events = []
        self.seconds = dict.fromkeys(NAMES, 0.0) if profile else None
        self._cut_months(self._own.pauses)
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
            self.decisions.in_force[:] = self.decisions.words[self.policy.in_force(month)]

    def step(self) -> None:
        """Simulate the next month; returns at once if the clock is behind a resumed run."""
        month = int(self.time) - 1
        self.running = month < self.scenario.until
        if self.months_done <= month <= self.scenario.until:
            self._simulate(month)

    def run(self, until: int | None = None) -> Self:
        """Run to a month (inclusive), by default the scenario's last; returns the model.

        Where nobody looks at the months in between they are simulated first, many in one call, and Mesa's
        clock follows.
        """
        last = self.scenario.until if until is None else min(until, self.scenario.until)
        if not self._is_watched():
            self._simulate(last)
            self._put_clock_forward(last + 1)
        if self.time <= last:
            super().run_for(last + 1 - self.time)
        return self

    def _put_clock_forward(self, end: int) -> None:
        """Let Mesa's clock follow to the end of simulated months in one go, where nobody sees its steps."""
        if self.time < end:
            self._default_schedule.pause()
            self.steps, self.running = end, end <= self.scenario.until
            self.time: float = float(end)
            self._default_schedule.resume()

    def release(self) -> None:
        """Give back the memory of a finished run; nothing can be asked of the model afterwards.

        Mesa's clock and its model refer to each other, so a model would otherwise stay until Python looks for
        garbage, and the next run would be given memory that nobody has touched, which is slow.
        """
        if self._pool is not None:
            self._pool.shutdown()
        self.__dict__.clear()

    def _is_watched(self) -> bool:
        """Whether anybody may look at a month's end: a step of one's own, subscribers, events of Mesa."""
        has_events = len(self._event_list) > 1  # one is the next step
        return type(self).step is not ScaleUpModel.step or bool(self.subscribers) or has_events

    def _simulate(self, last: int) -> None:
        """Simulate the months up to one (inclusive) that are not done yet."""
        while (month := self.months_done) <= last:
            until, done = self._next_look(month, last + 1), month
            for first, end in self._parts:
                start = process_time()
                self.before(NAMES[first], month)
                done = self._run_phases(month, until, first, end)
                if self.seconds is not None:
                    self.seconds[NAMES[first]] += process_time() - start
            self.months_done = abs(done)
            large = is_large(self.state)
            if large:
                note_month(self.state)
            if large or done < 0:
                check_problems(self.state.problems, month_text(self.months_done - 1))
                self._make_room()
            self._take_events(month)
            self.follow_posts()

    def _next_look(self, month: int, end: int) -> int:
        """The month, ``end`` at the latest, before which Python is needed again once this one begins."""
        months, shocks, now = self.policy.months, self.policy.shocks, self.policy.in_force(month)
        if len(self._parts) > 1 or self.log_events or self.has_open_agents or shocks[now]:
            return month + 1
        # Under rules that know of shocks each month may bring more than lists have room for.
        at_once = max(SLOT_MONTHS_AT_ONCE // max(len(self.state.birth), 1), 1)
        shock = next((months[change] for change in range(now, len(months)) if shocks[change]), end)
        return min(end, shock, month + at_once)

    def pause_before(self, *phases: str) -> None:
        """Call :meth:`before` before these phases of every month, which a subclass takes part in."""
        self._cut_months((*self._own.pauses, *phases))

    def _cut_months(self, pauses: Iterable[str]) -> None:
        """Cut months into stretches of phases, first to last (exclusive), before which Python comes in."""
        cuts = {0, N_PHASES, *(NAMES.index(name) for name in pauses)}
        if self._pool is not None:
            cuts |= {STAFF, COSTS}
        if self.seconds is not None:
            cuts |= set(range(N_PHASES))
        self._parts = list(itertools.pairwise(sorted(cuts)))

    def before(self, phase: str, month: int) -> None:
        """Do what is not compiled before a phase of a month: room for what changes bring, own places."""
        change = self.policy.in_force(month)
        if phase == NAMES[0] and self.policy.months[change] == month:
            if is_large(self.state) or self.policy.shocks[change]:
                self._make_room(changing=True)
        self._own.before(phase, month, self.state, self.tables.rules, self._accounts)

    def _run_phases(self, month: int, until: int, first_phase: int, last_phase: int) -> int:
        """Run phases of the months from one until another; returns as :func:`model.month.run_months` does."""
        if self._pool is None or not STAFF <= first_phase < COSTS:
            return self._run_share(0, month, until, first_phase, last_phase)
        waiting = [
            self._pool.submit(self._run_share, thread, month, until, first_phase, last_phase)
            for thread in range(self.n_threads)
        ]
        return min(future.result() for future in waiting)

    @np.errstate(
        over="ignore"
    )  # hashing overflows on purpose; uncompiled this warns, and threads inherit nothing
    def _run_share(self, thread: int, month: int, until: int, first_phase: int, last_phase: int) -> int:
        """Run phases of some months for the counties of a thread."""
        done = run_months(
            self.state, self.tables, self.decisions, self.spread, self.observed, self._accounts, self.rank,
            self._scratch[thread], month, until, first_phase, last_phase, self._shares[thread], thread,
        )  # fmt: skip
        return int(done)

    def _make_room(self, changing: bool = False) -> None:
        """Give the lists room for the next month, in which rules may change."""
        state, services = self.state, self.tables.services
        filed = self.observed.counties[self.months_done - 1, :, FILED] if self.months_done else 0.0
        change = self.policy.in_force(self.months_done)
        struck = (
            needs_in_a_shock(self.policy.records[change][0], services) if self.policy.shocks[change] else 0.0
        )
        ahead = Ahead(changing, struck, filed)
        self.state = make_room(state, services, ahead)
        if self.state is not state:
            self._take_state(self.state)

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
