"""What a comparison keeps of a run: a few small arrays, so that any number of runs fit in memory.

Flows of the whole run are counts; shares and waits are taken over the last two years, when every strategy has
shown what it does. Waiting is given apart for cases that a worker helped to file and for families who applied
alone: months waited are the waiting child-months at month ends over the cases filed (Little's law), so cases
still in the queue count, and a case filed and served in one month has waited 0.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from columns.layout import CHILD_PRESENT
from columns.words import HELPED_BIT, STATE_MASK
from model import money as accounts
from model.money import CATEGORIES
from model.observation import COUNTY_MEASURES
from model.scale_up import ScaleUpModel
from results.binding import COUNTY_STEPS, binding_by_county
from results.desk_load import LOAD, load_of
from results.frames import COUNTY_COLUMNS, DESK_COLUMNS
from results.groups import GROUPS, by_fifth, families, group_pair, window
from results.measures.coverage import UNMET_STATES
from results.measures.ratios import Floats, divide
from results.measures.waiting import months_per_case
from results.series import ALL, MET, NEEDED, Cube
from results.sums import CATEGORY, FINANCING_GAP, GAP, Sums, sums_of, total
from results.view import cascades

LATE_MONTHS = 24
COUNTY_PLACES = {name: COUNTY_MEASURES.index(key) for key, name in COUNTY_COLUMNS.items()}
"""Columns of the engine's counts by county, by the names of the catalogue."""
NO_DESK = ("psychosocial",)
WAITING, WAITING_HELPED = "unmet_child_months_waiting", "unmet_child_months_waiting_helped"
FILED, FILED_HELPED = "spells_filed", "spells_filed_helped"
IN_TIME = "spells_served_in_time"
UNMET = "unmet_child_months"
COHORT = ("cohort_opened", "cohort_covered", "cohort_found", "cohort_filed", "cohort_served_in_time")
PROGRAMME = tuple(CATEGORIES[k] for k in accounts.PROGRAMME)
"""Money that the programme takes; the rest follows from rules, with a programme or without."""


class Digest(NamedTuple):
    """One run in brief.

    Attributes
    ----------
    outcomes
        One number per measure, in its unit.
    monthly
        Arrays of shape (months,): villages with a post and with a trained worker, child-months of need that
        is met and of all need, needs unmet at the end of the month, children.
    desks, busy, backlog
        Names of services with desks; share of hours used and months of backlog, (services, months).
    cascade
        Needs of the cohort that reached each step, by family of services and "all".
    waits
        Months waited per case filed in the last two years, by family and "all": (alone, helped).
    group_waits
        Months waited per case filed, of every group and of all other children, shape (groups, 2).
    group_coverage
        Share of need that is met in the last two years, likewise.
    fifths
        Share of need that is met by fifth of wealth, the poorest first, shape (5,).
    money
        Yuan by calendar year, by part and item: "category/pay", "payer/county", "gap/financing_gap".
    binding
        Position in `results.binding.STEP_NAMES` of the step that binds, by county code; shape (months,) each.
    """

    strategy: str
    seed: int
    outcomes: dict[str, float]
    monthly: dict[str, NDArray[np.int64]]
    desks: tuple[str, ...]
    busy: Floats
    backlog: Floats
    cascade: dict[str, Floats]
    waits: dict[str, Floats]
    group_waits: Floats
    group_coverage: Floats
    fifths: Floats
    money: dict[str, Floats]
    binding: dict[str, Floats]


class Ends(NamedTuple):
    """Needs at the end of a run, bit by bit, to be compared with another run of the same seed.

    ``unmet`` and ``helped`` are packed bits of a (children, services) table: unmet at the end, and ever filed
    with a worker's help.
    """

    unmet: NDArray[np.uint8]
    helped: NDArray[np.uint8]


class Exchange(NamedTuple):
    """Needs that one run met and another of the same seed did not, at the end of both."""

    gained: int
    lost: int
    lost_alone: int
    """Of the lost, those that no worker ever helped to file."""


def digest(model: ScaleUpModel) -> Digest:
    """Return the digest of a run."""
    sums, months = sums_of(model), model.months_done
    cube, late = sums.cube, min(LATE_MONTHS, months)
    counties = model.observed.counties[:months]
    desks = np.moveaxis(model.observed.desks[:months], 0, -1)  # (services, fields, months)
    names, busy, backlog = load_of(sums.services, *(desks[:, DESK_COLUMNS.index(name)] for name in LOAD))
    flows = counties[:, :, [COUNTY_PLACES[name] for name in COUNTY_STEPS]].astype(np.float64)
    reached = dict(zip(sums.services, cascades(cube), strict=True))
    grouped = {ALL: sums.services, **families(sums.services)}
    return Digest(
        strategy=model.scenario.strategy.name,
        seed=model.scenario.seed,
        outcomes=outcomes(sums, late),
        monthly={
            **sums.posts,
            **{name: cube.of(name) for name in (MET, NEEDED, UNMET)},
            "children": counties[:, :, COUNTY_PLACES["children"]].sum(axis=1),
        },
        desks=tuple(names),
        busy=busy,
        backlog=backlog,
        cascade={
            family: np.sum([reached[name] for name in members], axis=0) for family, members in grouped.items()
        },
        waits={family: _waits(cube, members, late) for family, members in grouped.items()},
        group_waits=np.array([group_pair(cube, WAITING, FILED, group, late) for group in GROUPS]),
        group_coverage=np.array([group_pair(cube, MET, NEEDED, group, late) for group in GROUPS]),
        fifths=by_fifth(cube, MET, NEEDED, late),
        money={f"{part}/{item}": yuan for part, items in sums.money.items() for item, yuan in items.items()},
        binding={
            str(code): steps.astype(np.float64)
            for code, steps in binding_by_county(model.state.counties["code"], flows).items()
        },
    )


def with_same_desks(runs: Mapping[str, Sequence[Digest]]) -> dict[str, list[Digest]]:
    """Return digests by strategy that all list the same desks in the same order.

    In a small world a run may end before anybody asked a desk for anything; then nothing waits there, and
    which share of its hours is used is not known.
    """
    longest_first = sorted((run.desks for each in runs.values() for run in each), key=len, reverse=True)
    desks = tuple(dict.fromkeys(name for names in longest_first for name in names))
    return {strategy: [_with_desks(run, desks) for run in each] for strategy, each in runs.items()}


def _with_desks(run: Digest, desks: tuple[str, ...]) -> Digest:
    if run.desks == desks:
        return run
    months = len(next(iter(run.monthly.values()), ()))
    busy, backlog = np.full((len(desks), months), np.nan), np.zeros((len(desks), months))
    for k, name in enumerate(run.desks):
        busy[desks.index(name)], backlog[desks.index(name)] = run.busy[k], run.backlog[k]
    return run._replace(desks=desks, busy=busy, backlog=backlog)


def outcomes(sums: Sums, late: int) -> dict[str, float]:
    """Return the outcomes that strategies are compared by; ``late`` is the window of shares in months."""
    cube, category = sums.cube, sums.money[CATEGORY]

    def whole(measure: str) -> float:
        return float(cube.of(measure).sum())

    def recent(measure: str) -> float:
        return float(cube.of(measure)[-late:].sum())

    alone, helped = _waits(cube, sums.services, late)
    return {
        **{name: float(by_month[-1]) for name, by_month in sums.posts.items()},
        "spells_opened": whole("spells_opened"),
        "spells_found": whole("spells_found"),
        "spells_filed": whole(FILED),
        "spells_filed_helped": whole(FILED_HELPED),
        "spells_served": whole("spells_served"),
        "spells_served_helped": whole("spells_served_helped"),
        "spells_gave_up": whole("spells_gave_up"),
        "in_time_of_filed_share": float(divide(recent(IN_TIME), recent(FILED))),
        "wait_alone_months": float(alone),
        "wait_helped_months": float(helped),
        "effective_coverage_share": float(divide(recent(MET), recent(NEEDED))),
        "unmet_needs": float(cube.of(UNMET)[-1]),
        UNMET: whole(UNMET),
        **{name: whole(name) for name in COHORT},
        "cost_yuan": total(dict(sorted(category.items()))),
        "programme_yuan": total({name: category[name] for name in PROGRAMME}),
        "financing_gap_yuan": float(sums.money[GAP][FINANCING_GAP].sum()),
    }


def ends(model: ScaleUpModel) -> Ends:
    """Return the needs of all children present at the end of a run."""
    present = (model.state.traits & CHILD_PRESENT) != 0
    unmet_states = np.uint16(
        sum(1 << state for state in UNMET_STATES)
    )  # a bit per state: no table is looked up
    unmet = (unmet_states >> (model.state.needs & STATE_MASK)) & np.uint16(1)
    unmet[~present] = 0
    helped = (model.state.needs & HELPED_BIT) != 0
    return Ends(np.packbits(unmet), np.packbits(helped))


def exchange(with_it: Ends, without: Ends) -> Exchange:
    """Return what a strategy gained and lost against a run of the same seed without the programme."""
    lost = with_it.unmet & ~without.unmet
    return Exchange(
        gained=_count(without.unmet & ~with_it.unmet),
        lost=_count(lost),
        lost_alone=_count(lost & ~with_it.helped),
    )


def _count(bits: NDArray[np.uint8]) -> int:
    return int(np.bitwise_count(bits).sum())


def _waits(cube: Cube, services: list[str], late: int) -> Floats:
    """Return months waited per case filed, alone and with help, over the services that have a desk."""
    chosen = [cube.services.index(name) - 1 for name in services if name not in NO_DESK]

    def total(measure: str) -> float:
        return float(window(cube, measure, (ALL,), late)[0, chosen].sum())

    stood, stood_helped, filed, filed_helped = map(total, (WAITING, WAITING_HELPED, FILED, FILED_HELPED))
    alone = months_per_case(stood - stood_helped, filed - filed_helped)
    return np.array([alone.value, months_per_case(stood_helped, filed_helped).value])
