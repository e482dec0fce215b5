"""Children and needs: stocks that stand still, ages in equilibrium, the clock of rare events."""

from collections.abc import Sequence

import numpy as np

from columns.layout import (
    CHILD_PRESENT,
    FILED_ALONE,
    GATHERING_ALONE,
    GAVE_UP,
    INELIGIBLE,
    N_STATES,
    NOT_ELIGIBLE,
    SERVED,
    UNMET,
)
from model.codes import CHILDHOOD_MONTHS
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.worlds import uniform_world
from verification.rows import Case, Row, exact_row, share_row

STILL = {
    "hold_population": True,
    "other_policies": False,
    "school_retention_trend_per_year": 0,
}
LAST = 120
STOCKS = {
    "unmet": (UNMET,),
    "gathering papers": (GATHERING_ALONE,),
    "waiting at a desk": (FILED_ALONE,),
    "gave up": (GAVE_UP,),
    "told not eligible": (NOT_ELIGIBLE,),
    "holding it": (SERVED,),
}
RAREST = 2e-4
"""Stocks below this share of the eligible are left out: a handful of children."""


def _stocks(seed: int, mode: str) -> tuple[np.ndarray, tuple[str, ...], np.ndarray]:
    """Share of the eligible children in each stock at the end of every month, (months, services, stocks)."""
    scenario = make_scenario(
        world=uniform_world(120, 200, 4),
        strategy="no_programme",
        seed=seed,
        until=LAST,
        parameters={**STILL, "capacity_mode": mode},
    )
    model = ScaleUpModel(scenario).run()
    counts = model.observed.strata[:, 0, :, :N_STATES].astype(float)
    eligible = counts.sum(axis=2) - counts[:, :, INELIGIBLE]
    shares = np.stack([counts[:, :, list(states)].sum(axis=2) for states in STOCKS.values()], axis=2)
    lasting = (model.tables.services["durable"] == 1) & (model.tables.services["status"] == 0)
    return shares / eligible[:, :, None], scenario.services.names, lasting


def stationary(seeds: Sequence[int]) -> list[Row]:
    """For every service the stock and month that lie furthest from the first month, in standard errors."""
    runs = [_stocks(seed, "elastic") for seed in seeds]
    paths = np.array([run[0] for run in runs])
    names, lasting = runs[0][1:]
    rows = []
    for s, name in enumerate(names):
        worst: Row | None = None
        for k, stock in enumerate(STOCKS):
            path = paths[:, :, s, k]
            if path.mean() < RAREST or (stock == "holding it" and lasting[s]):
                continue  # of papers and schooling, who has had it and who obtained it are one stock
            change = path - path[:, :1]
            errors = change.std(axis=0, ddof=1) / np.sqrt(len(path))
            errors[errors == 0.0] = np.inf  # the first month against itself
            month = int(np.abs(change.mean(axis=0) / errors).argmax())
            row = Row(
                f"{name}: {stock}, month {month}",
                float(path[:, 0].mean()),
                float(path[:, month].mean()),
                float(errors[month]),
                freedom=len(path) - 1,
            )
            if worst is None or abs(row.z or 0.0) > abs(worst.z or 0.0):
                worst = row
        if worst is not None:
            rows.append(worst)
    return rows


def ages(seeds: Sequence[int]) -> list[Row]:
    """With births at replacement every cohort moves up by a month: the ages stay what they were."""
    scenario = make_scenario(
        world=uniform_world(40, 300, 2), strategy="no_programme", seed=seeds[0], until=LAST, parameters=STILL
    )
    model = ScaleUpModel(scenario)
    state = model.state

    def by_age(month: int) -> np.ndarray:
        here = (state.traits & CHILD_PRESENT) != 0
        return np.bincount((month - state.birth[here].astype(int)) & 0xFF, minlength=CHILDHOOD_MONTHS)

    start = by_age(0)
    wrong = 0
    for month in range(LAST + 1):
        model.run(month)
        wrong += int((by_age(month) != np.roll(start, month)).sum())
    even, n_counties = start.sum() / CHILDHOOD_MONTHS, len(state.counties)
    return [
        exact_row(f"cohorts and months of {LAST + 1} in which a number differs", 0, wrong),
        exact_row(
            "largest difference of a cohort from equal ones, children a county",
            0,
            float(np.abs(start - even).max()) / n_counties,
            2.0,
        ),
        exact_row("children at the end against the start", int(start.sum()), int(by_age(LAST).sum())),
    ]


def candidates(seeds: Sequence[int]) -> list[Row]:
    """The clock of rare events: candidates come in a share Λ of child-months, after geometric gaps."""
    gaps = np.zeros(CHILDHOOD_MONTHS, dtype=int)
    seen = child_months = at_risk = 0
    rate = 0.0
    for seed in seeds:
        scenario = make_scenario(
            world=uniform_world(120, 200, 4), strategy="no_programme", seed=seed, until=LAST, parameters=STILL
        )
        model = ScaleUpModel(scenario)
        state = model.state
        here = (state.traits & CHILD_PRESENT) != 0
        ages = (-state.birth[here].astype(int)) & 0xFF
        far = np.array(model.tables.milestones)[ages] > 12
        first = state.due[here][far].astype(int)
        gaps += np.bincount(np.minimum(first, CHILDHOOD_MONTHS - 1), minlength=CHILDHOOD_MONTHS)
        at_risk += int(far.sum())
        model.run()
        meters = model.observed.meters[LAST]
        seen += int(meters[1])
        child_months += int(meters[4])
        rate = float(model.tables.ceilings.sum())
    rows = [share_row("candidates per child-month, Λ", rate, seen, child_months)]
    for gap in (0, 1, 3, 6, 12):
        what = f"children whose first candidate comes within {gap + 1} months"
        rows.append(share_row(what, 1 - (1 - rate) ** (gap + 1), int(gaps[: gap + 1].sum()), at_risk))
    return rows


CASES = (
    Case(
        "stationarity",
        "people",
        "Without the programme the world stands still",
        "Nothing but births and birthdays happens to the population, and every stock of need stays where it "
        "was, as a share of the children it concerns, from the first month on for ten years. Each line is "
        "the stock and month of a service that strays furthest, of some 700.",
        ("hold_population", "other_policies", "school_retention_trend_per_year", "capacity_mode"),
        stationary,
        runs=40,
        fewer=24,
    ),
    Case(
        "ages",
        "people",
        "Ages in equilibrium",
        "A constant population with equal cohorts keeps them, to the child.",
        ("hold_population",),
        ages,
    ),
    Case(
        "candidates",
        "people",
        "The clock of rare events",
        "Candidate events come with the same chance Λ in every month of every child, so gaps are geometric.",
        ("hold_population", "other_policies"),
        candidates,
        runs=2,
    ),
)
