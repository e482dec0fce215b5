"""What must hold exactly: Little's law, conservation, limiting cases, more capacity for nobody the worse."""

from collections.abc import Mapping, Sequence

import numpy as np

from columns.layout import FILED_ALONE, FILED_HELPED, N_STATES, SERVED
from columns.tallies import FLOWS, WAIT_OUTCOMES
from model.codes import DESK_COUNTY, DESK_TOWNSHIP
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.services import Service, Services, default_services
from model.worlds import uniform_world
from verification.desk_world import papers
from verification.ledger import Ledger
from verification.rows import Case, Row, exact_row

STRATEGIES = ("no_programme", "history", "workers_without_desks", "desks_follow_backlog")
LITTLE_TOLERANCE = 1e-9
LAST = 127
MANDATE = 73


def _desk_of(model: ScaleUpModel, slots: np.ndarray, services: np.ndarray) -> np.ndarray:
    """Position among the desks of children (slots) and services; -1 for desks in the village."""
    state, n = model.state, len(model.tables.services)
    village = np.searchsorted(state.villages["first_slot"], slots, side="right") - 1
    place = model.tables.services["desk"][services]
    county = state.villages["county"][village] * n + services
    township = (len(state.counties) + state.villages["township"][village]) * n + services
    return np.where(place == DESK_COUNTY, county, np.where(place == DESK_TOWNSHIP, township, -1))


def _reviews_waiting(model: ScaleUpModel) -> np.ndarray:
    """Reviews at every desk: they stand in the queue and are no spell."""
    state = model.state
    counted = np.zeros(len(state.desks), dtype=np.int64)
    for county, arena in zip(state.counties, state.arenas, strict=True):
        words = state.filed_entries[arena["filed_start"] : arena["filed_start"] + arena["n_filed"]]
        words = words[(words >> np.uint64(62)) & np.uint64(1) == 1]
        slots = county["first_slot"] + (words & np.uint64((1 << 26) - 1)).astype(np.int64)
        services = ((words >> np.uint64(39)) & np.uint64(31)).astype(np.int64)
        births = ((words >> np.uint64(44)) & np.uint64(255)).astype(np.int64)
        here = (state.birth[slots] == births) & ((state.needs[slots, services] & 15) == SERVED)
        here &= (state.traits[slots] & 0x80) != 0
        np.add.at(counted, _desk_of(model, slots[here], services[here]), 1)
    return counted


def _gaps_in_littles_law(strategy: str, seed: int, parameters: Mapping[str, object]) -> np.ndarray:
    """L − λ·W of every desk of a run that had cases; the queue from the desks, the waits from the event log.

    Whoever still waits at the end has waited until then.
    """
    scenario = make_scenario(
        world="teaching", strategy=strategy, parameters=parameters, seed=seed, until=LAST
    )
    model = ScaleUpModel(scenario, log_events=True)
    queues = np.zeros(len(model.state.desks), dtype=np.int64)
    filed: dict[tuple[int, int], int] = {}
    cases, waited = np.zeros_like(queues), np.zeros_like(queues)
    taken = 0
    for month in range(LAST + 1):
        model.run(month)
        queues += model.state.desks["queue"] - _reviews_waiting(model)
        for when, events in model.events[taken:]:
            slots, services = (events & np.uint64(0xFFFFFFFF)).astype(int), (events >> np.uint64(32)) & 0x1F
            old, new = (events >> np.uint64(37)) & 0xF, (events >> np.uint64(41)) & 0xF
            desks = _desk_of(model, slots, services.astype(int))
            waiting = np.array([FILED_ALONE, FILED_HELPED])
            for i in np.flatnonzero((np.isin(old, waiting) | np.isin(new, waiting)) & (desks >= 0)):
                case = int(slots[i]), int(services[i])
                if case in filed:
                    waited[desks[i]] += when - filed.pop(case)
                if new[i] in waiting:
                    filed[case] = when
                    cases[desks[i]] += 1
        taken = len(model.events)
    for (slot, service), since in filed.items():
        waited[_desk_of(model, np.array([slot]), np.array([service]))[0]] += LAST + 1 - since
    used = cases > 0
    months = LAST + 1
    mean_wait = waited[used] / cases[used]
    gaps: np.ndarray = queues[used] / months - cases[used] / months * mean_wait
    return gaps


def littles_law(seeds: Sequence[int]) -> list[Row]:
    """The largest |L − λ·W| over all desks of runs under several strategies."""
    rows = []
    for strategy in STRATEGIES:
        gaps = np.concatenate(
            [_gaps_in_littles_law(strategy, seed, {"desk_fte_factor": 0.6}) for seed in seeds]
        )
        what = f"{strategy}: largest |L − λW| of {len(gaps)} desks"
        rows.append(exact_row(what, 0.0, float(np.abs(gaps).max()), LITTLE_TOLERANCE))
    return rows


def conservation(seeds: Sequence[int]) -> list[Row]:
    """Months in which the second book-keeping found anything amiss."""
    rows = []
    for world, strategy in (
        ("four_villages", "history"),
        ("teaching", "no_programme"),
        ("teaching", "history"),
    ):
        wrong = months = 0
        for seed in seeds:
            model = ScaleUpModel(make_scenario(world=world, strategy=strategy, seed=seed, until=LAST))
            ledger = Ledger(model)
            for month in range(LAST + 1):
                model.run(month)
                months += 1
                try:
                    ledger.check()
                except AssertionError:
                    wrong += 1
        rows.append(exact_row(f"{world}, {strategy}: months of {months} that do not add up", 0, wrong))
    return rows


def _run(seed: int, **parameters: object) -> ScaleUpModel:
    scenario = make_scenario(world="teaching", parameters=parameters, seed=seed, until=LAST)
    return ScaleUpModel(scenario).run()


def _in_offices(model: ScaleUpModel, flow: str) -> int:
    """A flow of the services that are not handled in the village, over the whole run."""
    offices = np.isin(model.tables.services["desk"], (DESK_COUNTY, DESK_TOWNSHIP))
    return int(model.observed.strata[:, 0, offices, N_STATES + FLOWS.index(flow)].sum())


def _waited(model: ScaleUpModel, outcome: str) -> np.ndarray:
    """Filed cases of offices by months waited that ended in an outcome."""
    offices = np.isin(model.tables.services["desk"], (DESK_COUNTY, DESK_TOWNSHIP))
    ended: np.ndarray = model.observed.waits[offices, WAIT_OUTCOMES.index(outcome)].sum(axis=0)
    return ended


def degenerate(seeds: Sequence[int]) -> list[Row]:
    """Desks without hours, without limit, families without impatience, a country without a mandate."""
    seed = seeds[0]
    closed = _run(seed, desk_fte_factor=0)
    elastic = _run(seed, capacity_mode="elastic", desk_fte_factor=0.1)
    patient = _run(seed, families_lose_patience=False, desk_fte_factor=0.3)
    hashes: list[list[str]] = []
    for mandate in ("2016-06", "never"):
        scenario = make_scenario(
            world="teaching", parameters={"mandate_month": mandate}, seed=seed, until=MANDATE + 24
        )
        model = ScaleUpModel(scenario)
        hashes.append([model.run(month).state_hash() for month in range(MANDATE + 25)])
    same = [a == b for a, b in zip(*hashes, strict=True)]
    served = [_in_offices(closed, name) for name in ("served_alone", "served_helped")]
    late = [int(_waited(elastic, outcome)[1:].sum()) for outcome in WAIT_OUTCOMES]
    queue = int(elastic.observed.desks[:, :, 2].sum())
    return [
        exact_row("desks without hours: cases served by offices", 0, sum(served)),
        exact_row("desks without limit: cases that waited a month or more", 0, sum(late)),
        exact_row("desks without limit: cases left waiting at any month's end", 0, queue),
        exact_row(
            "families that never lose patience: cases given up at desks",
            0,
            int(_waited(patient, "gave_up").sum()),
        ),
        exact_row(
            "no mandate: months until 2016-06 with another state", 0, MANDATE + 1 - sum(same[: MANDATE + 1])
        ),
        exact_row("no mandate: two years later the state is another (1: yes)", 1, int(not same[-1])),
    ]


CAPACITIES = (0.0, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 2.0)


def _certificates() -> Services:
    """Certificates at a desk of their own; nobody is refused, nobody comes back."""
    rows = [row.model_dump() for row in papers()]
    kept = {"refusal_share": 0, "refusal_without": 0, "priority_class": 0}
    services = [Service.model_validate({**row, **kept}) for row in rows]
    return Services(rows=tuple(services), reference_shares=default_services().reference_shares)


def more_capacity(seeds: Sequence[int]) -> list[Row]:
    """Cases served so far at every desk and month, from less to more hours on the same random numbers.

    Requests arrive with births, whatever the desk does; who is served does not come back.
    """
    fewer = total = 0
    for seed in seeds:
        served = []
        for factor in CAPACITIES:
            scenario = make_scenario(
                world=uniform_world(24, 400, 12),
                strategy="no_programme",
                parameters={
                    "desk_fte_factor": factor,
                    "families_lose_patience": False,
                    "discipline": "fifo",
                    "other_policies": False,
                    "documents_chain": False,
                    "clinic_fte": 0.05,
                },
                seed=seed,
                until=LAST,
                services=_certificates(),
            )
            model = ScaleUpModel(scenario)
            used = np.array(
                [model.run(month).state.desks["used"].copy() for month in range(LAST + 1)], dtype=np.int64
            )
            served.append(np.cumsum(used, axis=0))
        steps = np.diff(np.array(served), axis=0)
        fewer += int((steps < 0).sum())
        total += int((steps[:, -1].sum(axis=1) > 0).sum())
    n = len(seeds) * (len(CAPACITIES) - 1)
    return [
        exact_row("desks and months in which more hours had served fewer", 0, fewer),
        exact_row(f"of {n} steps to more hours, those after which more had been served by the end", n, total),
    ]


CASES = (
    Case(
        "littles_law",
        "desks",
        "Little's law, every desk and run",
        "Cases waiting on average equal cases a month times months waited, at every single desk; who still "
        "waits at the end counts with the wait so far. Queues come from the desks, waits from the event log.",
        (),
        littles_law,
        runs=2,
        fewer=1,
    ),
    Case(
        "conservation",
        "limits",
        "Nothing is lost",
        "Every month a second book-keeping counts children, needs, spells, queues, hours, posts, seats and "
        "money anew from the columns.",
        (),
        conservation,
        runs=2,
        fewer=1,
    ),
    Case(
        "degenerate",
        "limits",
        "Limiting cases",
        "Without hours nobody is served, without limit nobody waits, without impatience nobody gives up, and "
        "a mandate changes nothing before it is in force.",
        ("capacity_mode", "families_lose_patience", "mandate_month"),
        degenerate,
    ),
    Case(
        "more_capacity",
        "limits",
        "More capacity never serves fewer",
        "One desk, one class, requests from outside, the same draws of capacity, nobody returns: at no "
        "moment has a desk with more hours served fewer.",
        ("families_lose_patience", "documents_chain", "other_policies"),
        more_capacity,
        runs=3,
    ),
)
