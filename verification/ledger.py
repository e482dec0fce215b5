"""A second book-keeping: everything that the engine counts by increments is counted anew from the columns.

Nothing here shares code with the kernels except the meaning of bits and fields. It is slow, plain NumPy, and
meant for worlds of a few thousand children.
"""

from collections import Counter

import numpy as np

from columns.clock import LAST_DATE
from columns.layout import (
    ADMITTED,
    CHILD_DISABLED,
    CHILD_HIV,
    CHILD_PRESENT,
    CHILD_UNATTENDED,
    FILED_ALONE,
    FILED_HELPED,
    FOUND,
    GATHERING_ALONE,
    GATHERING_HELPED,
    GAVE_UP,
    HOUSEHOLD_CARE,
    HOUSEHOLD_HIV,
    HOUSEHOLD_LISTED,
    HOUSEHOLD_MIGRANT,
    HOUSEHOLD_MINORITY,
    INELIGIBLE,
    N_STATES,
    NO_MONTH,
    NOT_ELIGIBLE,
    POST_ACTIVE,
    POST_DESIGNATED,
    POST_NONE,
    SERVED,
    UNMET,
)
from columns.tallies import FLOWS, GROUPS, QUINTILES, WAIT_OUTCOMES, WEALTH_BINS
from columns.words import UNDER_REVIEW
from model.codes import GROUP_DISABLED, GROUP_POOR, GROUP_UNATTENDED
from model.money import IN_ENVELOPE, UNLIMITED_FEN
from model.observation import STRATA
from model.scale_up import ScaleUpModel

IDLE = (UNMET, FOUND, GAVE_UP, NOT_ELIGIBLE)
GATHERING = (GATHERING_ALONE, GATHERING_HELPED)
WAITING = (FILED_ALONE, FILED_HELPED)
OPEN = (*IDLE, *GATHERING, *WAITING)
OUTCOMES = ("served", "gave_up", "left", "refused")
LISTS = ("idle", "gathering", "waiting", "admitted", "under review")
CHILDHOOD = 216


def flow(name: str) -> int:
    """Column of a flow in an observed row."""
    return N_STATES + FLOWS.index(name)


class Entries:
    """Entries of a county's lists, unpacked."""

    def __init__(self, packed: np.ndarray, county: np.record) -> None:
        word = np.asarray(packed, dtype=np.uint64)

        def bits(first: int, n: int) -> np.ndarray:
            return ((word >> np.uint64(first)) & np.uint64((1 << n) - 1)).astype(np.int64)

        self.slot = county.first_slot + bits(0, 26)
        self.village = county.first_village + bits(26, 13)
        self.service, self.birth, self.filed = bits(39, 5), bits(44, 8), bits(52, 8)
        self.review = bits(62, 1) == 1


class Ledger:
    """Counts a model anew after each month and compares; keeps what it saw the month before."""

    def __init__(self, model: ScaleUpModel) -> None:
        self.model = model
        self.services = model.tables.services
        self.waits = model.observed.waits.copy()
        self.queue = np.isin(self.states()[self.present()], WAITING).sum(axis=0)
        self.open_before = self.open_needs().sum(axis=0)

    # What is there, from the columns alone.

    def present(self) -> np.ndarray:
        """Whether a child is in each slot."""
        return (self.model.state.traits & CHILD_PRESENT) != 0

    def states(self) -> np.ndarray:
        """State of every need (slots, services)."""
        return (self.model.state.needs & 0xF).astype(np.int64)

    def village_of_slot(self) -> np.ndarray:
        """Village of every slot."""
        villages = self.model.state.villages
        return np.repeat(np.arange(len(villages)), villages.n_slots)

    def ages(self) -> np.ndarray:
        """Age in months of the child in every slot."""
        return (self.model.months_done - 1 - self.model.state.birth.astype(np.int64)) & 0xFF

    def open_needs(self) -> np.ndarray:
        """Open needs (slots, services) of children who are there; an admission to school counts as served."""
        return np.isin(self.states(), OPEN) & self.present()[:, None]

    def households(self) -> np.ndarray:
        """Household of every slot."""
        state = self.model.state
        return state.villages.first_household[self.village_of_slot()] + state.household.astype(np.int64)

    def groups(self) -> tuple[np.ndarray, np.ndarray]:
        """Membership (slots, GROUPS) and wealth percentile of every slot."""
        state, village = self.model.state, self.village_of_slot()
        home = state.households[self.households()]
        family, traits = home.family.astype(int), state.traits.astype(int)
        county = state.counties[state.villages.county[village]]
        member = {
            "remote": state.villages.remote[village] == 1,
            "minority": (family & HOUSEHOLD_MINORITY) > 0,
            "left_behind": (family & HOUSEHOLD_CARE) > 0,
            "disabled": (traits & CHILD_DISABLED) > 0,
            "young": self.ages() < self.model.tables.rules[0].young_months,
            "unattended": (traits & CHILD_UNATTENDED) > 0,
            "hiv_affected": ((traits & CHILD_HIV) > 0) | ((family & HOUSEHOLD_HIV) > 0),
            "migrant": (family & HOUSEHOLD_MIGRANT) > 0,
            "pilot": state.villages.pilot[village] == 1,
            "poor": home.wealth < county.poor_percentiles,
        }
        return np.stack([member[name] for name in GROUPS], axis=1), home.wealth.astype(int)

    def lists(self, c: int) -> tuple[Entries, ...]:
        """Idle, gathering and filed entries of a county."""
        state, county = self.model.state, self.model.state.counties[c]
        arena = state.arenas[c]
        end = arena.start + arena.capacity
        idle = state.open_entries[arena.start : arena.start + arena.n_open]
        gathering = state.open_entries[end - arena.n_gathering : end]
        filed = state.filed_entries[arena.filed_start : arena.filed_start + arena.n_filed]
        return tuple(Entries(part, county) for part in (idle, gathering, filed))

    # What must agree.

    def check(self) -> None:
        """Compare everything after the month that was simulated last."""
        self.check_children()
        self.check_eligibility()
        self.check_stocks()
        self.check_spells()
        self.check_lists()
        self.check_queues()
        self.check_documents()
        self.check_villages()
        self.check_posts()
        self.check_money()

    def check_children(self) -> None:
        """Ages, dates, sectors and vacant slots."""
        state, here = self.model.state, self.present()
        ages = self.ages()[here]
        assert ages.size == 0 or (ages.min() >= 0 and ages.max() < CHILDHOOD)
        due = state.due[here].astype(np.int64) - (self.model.months_done - 1)
        assert ((due >= 1) & (due <= CHILDHOOD - ages)).all(), (
            "a child's next date is past, or after its 18th birthday"
        )
        assert (state.due[~here] == LAST_DATE).all(), "something is due where no child lives"
        for sector in state.sectors:
            slots = slice(sector.first_slot, sector.first_slot + sector.n_slots)
            assert sector.n_children == here[slots].sum()
            assert sector.n_children + sector.n_free == sector.n_slots
            assert self.vacant(sector) == set(np.flatnonzero(~here[slots]) + sector.first_slot)
        assert self.model.observed.children[self.model.months_done - 1] == here.sum()
        inhabited = state.villages[state.villages.n_slots > 0]
        last = state.household[inhabited.first_slot + inhabited.n_slots - 1]
        assert (last == inhabited.n_households - 1).all()

    def vacant(self, sector: np.record) -> set[int]:
        """Slots in the sector's queue of vacant ones."""
        state, first = self.model.state, self.model.state.counties.first_slot[sector.county]
        found, slot = [], sector.free_head
        for _ in range(sector.n_free):
            found.append(first + slot)
            low, high = (int(state.needs[first + slot, i]) for i in (0, 1))
            slot = low | (high << 16)
        assert len(set(found)) == len(found)
        return set(found)

    def check_eligibility(self) -> None:
        """A need is ineligible exactly where the child's age or status says so."""
        states, here, ages = self.states(), self.present(), self.ages()
        member, _ = self.groups()
        of_group = {
            GROUP_UNATTENDED: member[:, GROUPS.index("unattended")],
            GROUP_POOR: member[:, GROUPS.index("poor")],
            GROUP_DISABLED: member[:, GROUPS.index("disabled")],
        }
        for s, row in enumerate(self.services):
            eligible = (ages >= row.min_age_months) & (ages < row.max_age_months)
            eligible &= of_group.get(int(row.group), True)
            assert ((states[here, s] != INELIGIBLE) == eligible[here]).all()

    def check_stocks(self) -> None:
        """Stocks by county, group, wealth and region, counted anew."""
        model, month = self.model, self.model.months_done - 1
        here, states = self.present(), self.states()[self.present()]
        member, wealth = self.groups()
        member, wealth = member[here], wealth[here]
        county = model.state.villages.county[self.village_of_slot()[here]]
        one_hot = states[:, :, None] == np.arange(N_STATES)
        for c in range(len(model.state.counties)):
            counted = one_hot[county == c].sum(axis=0)
            assert (counted == model.state.county_tally[c, :, :N_STATES]).all()
        quintile = wealth // (WEALTH_BINS // QUINTILES)
        region = model.state.counties.region[county]
        masks = [np.ones(len(states), dtype=bool), *member.T]
        masks += [quintile == q for q in range(QUINTILES)]
        masks += [region == r for r in range(len(STRATA) - len(masks))]
        for row, mask in enumerate(masks):
            seen = model.observed.strata[month, row, :, :N_STATES]
            assert (one_hot[mask].sum(axis=0) == seen).all(), STRATA[row]
        for s, service in enumerate(self.services):
            unmet = np.isin(states[:, s], (*OPEN, ADMITTED)) & (states[:, s] != NOT_ELIGIBLE)
            met, needed = model.observed.wealth_met[month, s], model.observed.wealth_needed[month, s]
            assert (np.bincount(wealth[unmet], minlength=WEALTH_BINS) == needed - met).all()
            if service.durable:
                held = states[:, s] == SERVED
                assert (np.bincount(wealth[held], minlength=WEALTH_BINS) == met).all()
            else:  # met in the month in which it is given
                row = model.observed.strata[month, 0, s]
                assert met.sum() == row[flow("served_alone")] + row[flow("served_helped")]

    def check_spells(self) -> None:
        """Spells that were open, came or began are those that ended or are open, by service."""
        observed, month = self.model.observed, self.model.months_done - 1
        now = observed.strata[month, 0]
        got = {name: now[:, flow(name)] for name in FLOWS}
        came = got["came_in_need"] + got["opened"]
        ended = got["served_alone"] + got["served_helped"] + got["ended"] + got["left"]
        still = self.open_needs().sum(axis=0)
        assert (self.open_before + came == ended + still).all()
        self.open_before = still
        rows = observed.strata[month][:, :, N_STATES:]
        assert (rows >= 0).all()
        first = 1 + len(GROUPS)
        assert (rows[first : first + QUINTILES].sum(axis=0) == rows[0]).all()
        assert (rows[first + QUINTILES :].sum(axis=0) == rows[0]).all()
        assert (rows <= rows[0]).all()
        assert (got["served_within_limit"] <= got["served_alone"] + got["served_helped"]).all()
        assert (got["filed_helped_first"] <= got["filed_helped"]).all()
        assert (got["lapsed"] <= got["reviewed"]).all()
        if not self.model.state.villages.start_month.max() >= 0:
            assert not any(got[name].any() for name in ("found", "agreed", "filed_helped", "served_helped"))

    def check_lists(self) -> None:
        """Every open need stands in the one list of its state, and nobody else does."""
        state, states, n = self.model.state, self.states(), len(self.services)
        here = self.present()[:, None]
        under_review = (state.needs & UNDER_REVIEW) != 0
        wanted = [np.flatnonzero(here & np.isin(states, kind)) for kind in (IDLE, GATHERING, WAITING)]
        wanted.append(np.flatnonzero(here & (states == ADMITTED)))
        wanted.append(np.flatnonzero(here & (states == SERVED) & under_review))
        found: list[list[int]] = [[] for _ in wanted]
        village = self.village_of_slot()
        for c in range(len(state.counties)):
            for which, (kind, entries) in enumerate(
                zip((IDLE, GATHERING, WAITING), self.lists(c), strict=True)
            ):
                now = states[entries.slot, entries.service]
                mine = self.present()[entries.slot] & (state.birth[entries.slot] == entries.birth)
                assert (entries.village == village[entries.slot])[mine].all()
                place = entries.slot * n + entries.service
                review = entries.review & (kind == WAITING)
                found[which].append(place[mine & ~review & np.isin(now, kind)])
                if kind == WAITING:
                    found[3].append(place[mine & ~review & (now == ADMITTED)])
                    found[4].append(place[mine & review & (now == SERVED)])
        for which, places in enumerate(found):
            listed = np.sort(np.concatenate(places))
            if which == 0:  # an idle spell may be listed twice until the next pass
                listed = np.unique(listed)
            assert np.array_equal(listed, wanted[which]), LISTS[which]

    def desk_of(self, entries: Entries) -> np.ndarray:
        """Position of the desk of every entry in the array of desks."""
        state, n = self.model.state, len(self.services)
        place = self.services.desk[entries.service]
        county = state.villages.county[entries.village]
        township = state.villages.township[entries.village]
        at_county = county * n + entries.service
        at_township = (len(state.counties) + township) * n + entries.service
        in_village = (len(state.counties) + len(state.townships)) * n + entries.village
        return np.choose(place, [at_township, at_county, in_village])

    def check_queues(self) -> None:
        """Desks use what they offer at most, queues are the cases that wait, filings are decided or wait."""
        model, month = self.model, self.model.months_done - 1
        desks, states = model.state.desks, self.states()
        assert (desks.used >= 0).all()
        assert (desks.used <= desks.offered).all()
        waiting = np.zeros(len(desks), dtype=np.int64)
        for c in range(len(model.state.counties)):
            filed = self.lists(c)[2]
            here = self.present()[filed.slot] & (model.state.birth[filed.slot] == filed.birth)
            state = states[filed.slot, filed.service]
            stands = here & (np.isin(state, WAITING) | (filed.review & (state == SERVED)))
            waiting += np.bincount(self.desk_of(filed)[stands], minlength=len(desks))
        assert (waiting == desks.queue).all()
        assert ((desks.queue_minutes > 0) == (desks.queue > 0)).all()
        now = model.observed.strata[month, 0]
        ends = (model.observed.waits - self.waits).sum(axis=2)
        self.waits = model.observed.waits.copy()
        served, gave_up, left, refused = (ends[:, WAIT_OUTCOMES.index(name)] for name in OUTCOMES)
        assert (served == now[:, flow("served_alone")] + now[:, flow("served_helped")]).all()
        assert (refused == now[:, flow("refused")]).all()
        assert (gave_up <= now[:, flow("gave_up")]).all()
        assert (left >= now[:, flow("told_not_eligible")]).all()
        filed = now[:, flow("filed_alone")] + now[:, flow("filed_helped")]
        queue = now[:, list(WAITING)].sum(axis=1)
        assert (self.queue + filed == ends.sum(axis=1) + queue).all()
        self.queue = queue

    def check_documents(self) -> None:
        """Nobody stands at a desk, is served or told off without the document that is asked for."""
        if not self.model.tables.rules[0].documents_chain:
            return
        states, here = self.states(), self.present()
        for s, row in enumerate(self.services):
            if row.hard_prerequisite >= 0:
                beyond = np.isin(states[:, s], (*WAITING, ADMITTED, SERVED)) & here
                lacks = np.isin(states[:, row.hard_prerequisite], (*OPEN, ADMITTED))
                assert not (beyond & lacks).any()

    def check_villages(self) -> None:
        """What villages keep by increments: cases in hand, lists, trust; shares between 0 and 1."""
        model, rules = self.model, self.model.tables.rules[0]
        state = model.state
        villages, slot_village = state.villages, self.village_of_slot()
        states, here = self.states(), self.present()[:, None]
        counted = {
            "n_eligible": states != INELIGIBLE,
            "n_unmet": np.isin(states, (*OPEN, ADMITTED)),
            "open_cases": np.isin(states, (GATHERING_HELPED, FILED_HELPED)),
            "cases_in_hand": states == GATHERING_HELPED,
        }
        for name, mask in counted.items():
            weights = (mask & here).sum(axis=1)
            assert (np.bincount(slot_village, weights, minlength=len(villages)) == villages[name]).all(), name
        home = np.repeat(np.arange(len(villages)), villages.n_households)
        listed = (state.households.family.astype(int) & HOUSEHOLD_LISTED) > 0
        assert (np.bincount(home, weights=listed, minlength=len(villages)) == villages.listed).all()
        for name in ("skill", "motivation", "supervision", "paper_share"):
            assert ((villages[name] >= 0) & (villages[name] <= 1)).all(), name
        assert (villages.visits <= villages.visit_budget.clip(min=0))[villages.post >= POST_DESIGNATED].all()
        assert (villages.paper_minutes >= 0).all()
        worker = villages.worker_minutes
        spent = villages.visits * 60 * (rules.visit_hours + rules.travel_hours)
        longest = 60 * (rules.visit_hours + rules.travel_hours * rules.travel_remote_multiplier)
        assert (spent <= worker + longest).all()  # the last visit of a month is rounded
        self.check_trust(home)

    def check_trust(self, home: np.ndarray) -> None:
        """The sum of a village is that of its households, who drift towards its mean: within a hundredth."""
        state, month = self.model.state, self.model.months_done - 1
        unit = 65535.0
        n = np.maximum(state.villages.n_households, 1)
        mean = state.villages.trust_sum / (unit * n)
        assert ((mean >= 0) & (mean <= 1)).all()
        since = (month - state.households.trust_month.astype(np.int64)) & 0xFF
        fading = self.model.tables.fading[since]
        now = mean[home] + (state.households.trust / unit - mean[home]) * fading
        counted = np.bincount(home, weights=now, minlength=len(n)) / n
        if not (state.villages.start_month >= 0).any():
            assert (np.abs(counted - mean) * n < 1e-6).all()
        assert (np.abs(counted - mean) < 0.1).all()

    def check_posts(self) -> None:
        """Posts, seats and ranks."""
        state = self.model.state
        counties, villages = state.counties, state.villages
        filled = (villages.post >= POST_DESIGNATED) & (villages.post <= POST_ACTIVE)
        assert (
            np.bincount(villages.county, weights=filled, minlength=len(counties)) == counties.n_posts
        ).all()
        active = villages.post == POST_ACTIVE
        assert (
            np.bincount(villages.county, weights=active, minlength=len(counties)) == counties.n_active
        ).all()
        assert (counties.n_active <= counties.n_posts).all()
        assert (counties.n_posts <= counties.n_opened).all()
        assert (counties.n_opened <= counties.n_villages).all()
        assert (counties.seats_used <= counties.seats).all()
        nation = self.model.spread.nation[0]
        assert nation.seats_allotted <= max(nation.seats, 0)
        for county in counties:
            rank = self.model.rank[county.first_village : county.first_village + county.n_villages]
            opened = rank[: county.n_opened]
            assert sorted(rank) == list(range(county.first_village, county.first_village + county.n_villages))
            assert (villages.post[opened] != POST_NONE).all()
            assert (villages.post[rank[county.n_opened :]] == POST_NONE).all()
        townships = np.bincount(villages.township, weights=filled, minlength=len(state.townships))
        assert (townships == state.townships.n_posts).all()
        assert ((villages.start_month == NO_MONTH) | (villages.start_month < self.model.months_done)).all()
        assert (villages.worker_minutes[~filled] == 0).all()

    def check_money(self) -> None:
        """Payers pay what things cost; a county spends no more than its envelope where it binds."""
        observed, month = self.model.observed, self.model.months_done - 1
        counties = self.model.state.counties
        assert (observed.money[month] >= 0).all()
        assert observed.money[month].sum() == observed.payers[month].sum()
        assert observed.money[month, list(IN_ENVELOPE)].sum() == counties.spent.sum()
        if self.model.tables.rules[0].budget_binds:
            assert (counties.spent <= counties.budget).all()
        else:
            assert (counties.budget == UNLIMITED_FEN).all()
        assert (self.model.state.counters == 0).all()


def run_checked(model: ScaleUpModel, until: int | None = None) -> ScaleUpModel:
    """Run a model month by month and check every month; returns the model."""
    ledger = Ledger(model)
    last = model.scenario.until if until is None else until
    while model.months_done <= last:
        model.run(model.months_done)
        ledger.check()
    return model


class Replay:
    """States of all needs from the event log alone, and transitions counted."""

    def __init__(self, model: ScaleUpModel) -> None:
        self.model, self.taken = model, 0
        self.states = np.zeros(model.state.needs.shape, dtype=np.int64)

    def month(self) -> Counter[tuple[int, int, int]]:
        """Apply the events up to the last month; return the transitions (service, old, new) of that month."""
        counted: Counter[tuple[int, int, int]] = Counter()
        for month, events in self.model.events[self.taken :]:
            for event in events.tolist():
                slot, service = event & 0xFFFFFFFF, (event >> 32) & 0x1F
                old, new = (event >> 37) & 0xF, (event >> 41) & 0xF
                assert self.states[slot, service] == old, (month, slot, service)
                self.states[slot, service] = new
                counted[service, old, new] += 1
        self.taken = len(self.model.events)
        return counted
