"""Desks as queues: whole slots a month, months as short steps, impatience, classes, overload."""

import functools
from collections.abc import Sequence

import numpy as np

from model.observation import STRATA
from verification.desk_world import LAST, DeskGroup, DeskRun, run_desks
from verification.queues import (
    cobham,
    erlang_a,
    fluid,
    mean_of,
    mm1,
    month_matrix,
    stationary,
    to_the_limit,
    window_law,
)
from verification.rows import Case, Row, exact_row, mean_row

NO_PATIENCE_LOST = {"families_lose_patience": False}
PATIENCE_SCALE = 1e6
"""Families without a patience of their own wait for millions of months."""
PATIENT = 240.0

BULK = (DeskGroup(4.5, 5, 14, busy=8.0), DeskGroup(9, 10, 14, busy=12.1))
BULK_CHILDREN, BULK_COUNTIES = 9600, 200
BULK_FIRST = 80
LONG_QUEUE = 10


@functools.cache
def bulk_run(seed: int) -> DeskRun:
    """Desks with whole slots a month; nobody loses patience."""
    return run_desks(BULK, BULK_COUNTIES, BULK_CHILDREN, seed, NO_PATIENCE_LOST)


def bulk_service(seeds: Sequence[int]) -> list[Row]:
    """Mean queue, share of months without one, share of months with a long one."""
    rows = []
    for g, group in enumerate(BULK):
        queues = np.hstack([bulk_run(seed).queues[g][BULK_FIRST:] for seed in seeds])
        chance = group.chance_of_need(BULK_CHILDREN)
        law = stationary(month_matrix(group.arrivals, group.slots, 150))
        here = window_law(month_matrix(group.arrivals, group.slots, 150, chance=chance), BULK_FIRST, LAST)
        name = f"{group.arrivals:g} cases and {group.slots:g} slots a month"
        mean = mean_of(law)
        rows.append(mean_row(f"{name}: mean queue", mean, queues.mean(axis=0), 0.02 * mean, mean_of(here)))
        for what, points in (
            ("nobody waits", slice(0, 1)),
            (f"more than {LONG_QUEUE} wait", slice(LONG_QUEUE + 1, None)),
        ):
            inside = queues == 0 if points.start == 0 else queues > LONG_QUEUE
            share = float(law[points].sum())
            rows.append(
                mean_row(f"{name}: {what}", share, inside.mean(axis=0), expected=float(here[points].sum()))
            )
    return rows


STEP_CHILDREN, STEP_COUNTIES = 600, 1000
FINE, COARSE = 0.2, 0.6
"""Slots a month of the desks that stand for M/M/1."""
LOAD = 0.4
FIRST_CLASS = 0.4
"""Share of disabled children, who are in the first class."""
A_FINE, A_COARSE = 0.1, 0.4
IMPATIENCE = 0.5
"""Of the desks that stand for Erlang A: slots a month (and as many arrivals); giving up per slot."""
STEP_FIRST = 90


def _patience(rate: float) -> float:
    return 1 / rate / PATIENCE_SCALE


STEPS = (
    DeskGroup(LOAD * FINE, FINE, 10, busy=0.7, patience_months=PATIENT),
    DeskGroup(LOAD * COARSE, COARSE, 4, busy=0.7, patience_months=PATIENT),
    DeskGroup(A_FINE, A_FINE, 8, busy=1.0, patience_months=_patience(IMPATIENCE * A_FINE), seeking=0.5),
    DeskGroup(A_COARSE, A_COARSE, 4, busy=1.6, patience_months=_patience(IMPATIENCE * A_COARSE), seeking=0.5),
)
MM1_FINE, MM1_COARSE, ERLANG_FINE, ERLANG_COARSE = range(len(STEPS))


@functools.cache
def step_run(seed: int) -> DeskRun:
    """Desks with less than a slot a month, with and without impatience, two classes of children."""
    settings = {"patience_multiplier": PATIENCE_SCALE, "disabled_share": FIRST_CLASS}
    return run_desks(STEPS, STEP_COUNTIES, STEP_CHILDREN, seed, settings)


def single_server(seeds: Sequence[int]) -> list[Row]:
    """M/M/1 from two lengths of the step: number, time at the desk, probability of having to wait."""
    runs = [step_run(seed) for seed in seeds]
    theory = mm1(LOAD, 1.0)
    laws = [window_law(month_matrix(LOAD * slots, slots, 120), STEP_FIRST, LAST) for slots in (FINE, COARSE)]
    ratio = COARSE / FINE
    number = to_the_limit(mean_of(laws[0]), mean_of(laws[1]), ratio)
    waits = to_the_limit(1 - laws[0][0], 1 - laws[1][0], ratio)
    queues = [np.hstack([run.queues[g][STEP_FIRST:] for run in runs]) for g in (MM1_FINE, MM1_COARSE)]
    rows = []
    for law, queue, slots in zip(laws, queues, (FINE, COARSE), strict=True):
        exact = stationary(month_matrix(LOAD * slots, slots, 120))
        what = f"steps of {slots:g} services: mean number at the desk, discrete law"
        rows.append(mean_row(what, mean_of(exact), queue.mean(axis=0), expected=mean_of(law)))
    rows.append(_limit_row("mean number at the desk", theory["number"], queues, ratio, number, 0.03))
    busy = [queue > 0 for queue in queues]
    rows.append(_limit_row("probability of finding somebody", theory["waits"], busy, ratio, waits, 0.03))
    times = [
        np.concatenate([_wait_by_service(run, g, STEP_FIRST) for run in runs]) * slots
        for g, slots in ((MM1_FINE, FINE), (MM1_COARSE, COARSE))
    ]
    time = number / LOAD
    rows.append(_limit_row("mean time at the desk, in services", theory["time"], times, ratio, time, 0.03))
    return rows


def _limit_row(
    what: str,
    theory: float,
    samples: Sequence[np.ndarray],
    ratio: float,
    expected: float | np.ndarray,
    relative: float,
) -> Row:
    """Row of a value at steps of length nil from independent samples at two lengths."""
    fine, coarse = (np.atleast_2d(np.asarray(sample, dtype=float)).mean(axis=0) for sample in samples)
    errors = [values.std(ddof=1) / np.sqrt(len(values)) for values in (fine, coarse)]
    value = float(to_the_limit(fine.mean(), coarse.mean(), ratio))
    error = float(np.hypot(ratio * errors[0], errors[1]) / (ratio - 1))
    return Row(f"steps → 0: {what}", theory, value, error, relative * theory, float(expected))


def _wait_by_service(run: DeskRun, g: int, first: int, stratum: str = "all") -> np.ndarray:
    """Mean months from filing to service, a value per service of the group."""
    position = STRATA.index(stratum)
    served = run.flow(g, "served_alone", position)[first:].sum(axis=0)
    mean: np.ndarray = run.flow(g, "wait_months", position)[first:].sum(axis=0) / served
    return mean


def two_classes(seeds: Sequence[int]) -> list[Row]:
    """Waits of disabled children (first class) and of the others at the desks of M/M/1."""
    runs = [step_run(seed) for seed in seeds]
    loads = (FIRST_CLASS * LOAD, (1 - FIRST_CLASS) * LOAD)
    ratio = COARSE / FINE
    theory = cobham(loads, 1.0)
    expected = []
    for slots in (FINE, COARSE):
        first, everyone = (
            mean_of(window_law(month_matrix(load * slots, slots, 120), STEP_FIRST, LAST))
            for load in (loads[0], LOAD)
        )
        expected.append((first / loads[0], (everyone - first) / loads[1]))
    rows = []
    for k, name in enumerate(("first class", "second class")):
        samples = []
        for g, slots in ((MM1_FINE, FINE), (MM1_COARSE, COARSE)):
            values = [_class_waits(run, g, k) * slots for run in runs]
            samples.append(np.concatenate(values))
        at_limit = float(to_the_limit(expected[0][k], expected[1][k], ratio))
        rows.append(_limit_row(f"mean wait, {name}", theory[k], samples, ratio, at_limit, 0.03))
    return rows


def _class_waits(run: DeskRun, g: int, k: int) -> np.ndarray:
    """Mean waits of a class by service: disabled children or all others."""
    if k == 0:
        return _wait_by_service(run, g, STEP_FIRST, "disabled")
    both, first = (
        [run.flow(g, name, STRATA.index(stratum))[STEP_FIRST:].sum(axis=0) for stratum in ("all", "disabled")]
        for name in ("wait_months", "served_alone")
    )
    mean: np.ndarray = (both[0] - both[1]) / (first[0] - first[1])
    return mean


def impatience(seeds: Sequence[int]) -> list[Row]:
    """Erlang A with one server: probability of giving up and number at the desk."""
    runs = [step_run(seed) for seed in seeds]
    theory = erlang_a(1.0, 1.0, IMPATIENCE)
    ratio = A_COARSE / A_FINE
    samples, expected = [], []
    for g, slots in ((ERLANG_FINE, A_FINE), (ERLANG_COARSE, A_COARSE)):
        gave_up, filed = (
            np.concatenate([run.flow(g, name)[STEP_FIRST:].sum(axis=0) for run in runs])
            for name in ("gave_up", "filed_alone")
        )
        samples.append(gave_up / filed)
        stay = float(np.exp(-IMPATIENCE * slots))
        law = window_law(month_matrix(slots, slots, 80, stay), STEP_FIRST, LAST)
        expected.append((1 - stay) * mean_of(law) / slots)
    rows = []
    for sample, value, slots in zip(samples, expected, (A_FINE, A_COARSE), strict=True):
        what = f"steps of {slots:g} services: share giving up, discrete law"
        rows.append(mean_row(what, value, sample))
    at_limit = float(to_the_limit(expected[0], expected[1], ratio))
    row = _limit_row("probability of giving up", theory["gives_up"], samples, ratio, at_limit, 1.0)
    rows.append(Row(row.what, row.theory, row.simulated, row.error, 0.003, row.expected))
    return rows


OVERLOAD = (
    DeskGroup(6, 3, 6, busy=50 + 12 + 3, patience_months=_patience(0.06), seeking=0.5),
    DeskGroup(8, 5, 6, busy=30 + 16 + 3, patience_months=_patience(0.1), seeking=0.5),
)
OVERLOAD_COUNTIES, OVERLOAD_FIRST = 60, 110


def overload(seeds: Sequence[int]) -> list[Row]:
    """Mean queue of desks that get more than they can serve, averaged over the month."""
    settings = {"patience_multiplier": PATIENCE_SCALE}
    runs = [run_desks(OVERLOAD, OVERLOAD_COUNTIES, BULK_CHILDREN, seed, settings) for seed in seeds]
    rows = []
    for g, group in enumerate(OVERLOAD):
        rate = 1 / group.patience_months / PATIENCE_SCALE
        over_month = (1 + np.exp(-rate)) / 2  # between the end of a month and the next families giving up
        queues = np.hstack([run.queues[g][OVERLOAD_FIRST:] for run in runs]) * over_month
        theory = fluid(group.arrivals, group.slots, rate)
        what = f"{group.arrivals:g} cases, {group.slots:g} slots a month, giving up {rate:g}: mean queue"
        rows.append(mean_row(what, theory, queues.mean(axis=0), 0.02 * theory))
    return rows


STALLED = DeskGroup(4.5, 0, 4, busy=60.0, patience_months=12)
STALLED_SLOPE, STALLED_COUNTIES, STALLED_CHILDREN = 0.5, 40, 2400


def stalled(seeds: Sequence[int]) -> list[Row]:
    """A desk without hours: how many months after filing families give up."""
    settings = {"abandonment_slope": STALLED_SLOPE}
    runs = [run_desks([STALLED], STALLED_COUNTIES, STALLED_CHILDREN, seed, settings) for seed in seeds]
    gave_up = np.sum([run.waits(0, "gave_up", 0).sum(axis=0) for run in runs], axis=0)
    filed = np.cumsum(np.sum([run.flow(0, "filed_alone").sum(axis=1) for run in runs], axis=0))
    patience = STALLED.patience_months
    months = np.arange(LAST + 1)
    hazard = 1 - np.exp(-np.exp(STALLED_SLOPE * (months / patience - 1)) / patience)
    hazard[0] = 0.0  # nobody gives up in the month of filing
    law = hazard * np.cumprod(np.append(1.0, 1 - hazard[:-1]))
    rows = [exact_row("cases served without hours", 0, float(sum(run.served[0].sum() for run in runs)))]
    for k in (3, 6, 12, 24):
        seen = filed[LAST - months[: k + 1]]  # who was filed early enough to give up after so many months
        theory = float((law[: k + 1] * seen).sum() / filed[-1])
        error = float(np.sqrt(theory * (1 - theory) / filed[-1]))
        rows.append(Row(f"give up within {k} months", theory, gave_up[: k + 1].sum() / filed[-1], error))
    return rows


CASES = (
    Case(
        "bulk_service",
        "desks",
        "Desks with whole slots a month",
        "A desk that serves c cases a month is the bulk-service queue X ← max(X + A − c, 0) with Poisson "
        "arrivals; its stationary law comes from convolution.",
        ("families_lose_patience", "births_level", "drop_out_per_month", "documents_chain"),
        bulk_service,
        runs=4,
    ),
    Case(
        "single_server",
        "desks",
        "Months as short steps: M/M/1",
        "With less than a slot a month a desk is a server in continuous time. Two lengths of the step give "
        "the value at steps of length nil.",
        ("patience_multiplier", "births_level", "drop_out_per_month"),
        single_server,
        runs=8,
        shares="steps",
    ),
    Case(
        "impatience",
        "desks",
        "Impatience: Erlang A",
        "Families who give up at a constant rate: as many arrive as there are slots, and the queue is held "
        "by impatience alone.",
        ("abandonment_slope", "return_after_giving_up_per_month", "births_level"),
        impatience,
        runs=8,
        shares="steps",
    ),
    Case(
        "two_classes",
        "desks",
        "Two classes of priority: Cobham",
        "Without ageing, a second class waits for everybody in the first. Slots are lost when nobody waits, "
        "so the time to the next slot is 1/(cμ) at any load.",
        ("ageing_months", "patience_multiplier", "births_level"),
        two_classes,
        runs=8,
        shares="steps",
    ),
    Case(
        "overload",
        "desks",
        "Overload: the fluid limit",
        "Where more arrives than can be served, the queue stands where giving up makes up the difference, "
        "(λ − cμ)/θ.",
        ("abandonment_slope", "return_after_giving_up_per_month", "births_level"),
        overload,
        runs=2,
    ),
    Case(
        "stalled",
        "desks",
        "A desk without hours: how long patience lasts",
        "With the rising rate of giving up as declared, the times at which families give up follow its "
        "survival curve.",
        ("births_level", "drop_out_per_month"),
        stalled,
        runs=1,
    ),
)
