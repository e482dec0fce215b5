"""Every case of ``make verify`` with fewer replications, and what would make one fail.

Seeds are fixed: a case either agrees or does not. Had the seeds been drawn anew, one of the comparisons here
would fail by chance about once in 200 runs of the whole file (some 80 comparisons, each one in 16,000).
"""

import math

import numpy as np
import pytest

from verification.cases import CASES
from verification.desk_world import DeskGroup, run_desks
from verification.queues import cobham, erlang_a, mean_of, mm1, month_matrix, stationary
from verification.rows import Row, exact_row, mean_row, seeds_of, share_row

NAMES = [case.name for case in CASES]


@pytest.mark.theory
@pytest.mark.statistical
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_the_engine_agrees_with_theory(case) -> None:
    rows = case.rows(short=True)
    assert rows
    differing = [row for row in rows if not row.passes]
    assert not differing, "\n".join(map(str, differing))


@pytest.mark.unit
def test_cases_have_names_topics_and_seeds_of_their_own() -> None:
    assert len(set(NAMES)) == len(NAMES)
    groups = {case.shares or case.name for case in CASES}
    seeds = [seed for name in groups for seed in seeds_of(name, 40)]
    assert len(set(seeds)) == len(seeds)
    assert all(case.fewer <= case.runs and case.shows.endswith(".") for case in CASES)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("row", "passes"),
    [
        (Row("near", 1.0, 1.03, 0.01), True),
        (Row("five standard errors off", 1.0, 1.05, 0.01), False),
        (Row("within z, outside the tolerance", 1.0, 1.03, 0.01, 0.02), False),
        (Row("within z, too few runs for the tolerance", 1.0, 1.03, 0.015, 0.02), True),
        (Row("far from the limit, near the law of the run", 1.0, 1.05, 0.01, 0.06, 1.05), True),
        (Row("near the limit, far from the law of the run", 1.0, 1.0, 0.01, 0.06, 1.05), False),
        (Row("undefined", 1.0, math.nan, 0.01), False),
        (exact_row("equal", 3, 3), True),
        (exact_row("one too many", 3, 4), False),
        (exact_row("rounding", 0, 1e-12, 1e-9), True),
        (share_row("half of many", 0.5, 520, 1000), True),
        (share_row("too many", 0.5, 600, 1000), False),
        (mean_row("mean of equal numbers is exact", 2.0, [2.0, 2.0]), True),
    ],
    ids=lambda value: value.what.replace(" ", "-") if isinstance(value, Row) else None,
)
def test_a_row_passes_only_where_it_should(row, passes) -> None:
    assert row.passes is passes


@pytest.mark.theory
def test_the_formulas_agree_with_one_another_and_with_known_values() -> None:
    law = stationary(month_matrix(4.5, 5, 150))
    assert mean_of(law) == pytest.approx(3.495, abs=5e-4)
    assert mean_of(stationary(month_matrix(9, 10, 150))) == pytest.approx(3.101, abs=5e-4)
    # the discrete queue has the mean l(1 + l/2 − m)/(m − l), which tends to that of M/M/1
    for load, slots in ((0.4, 0.2), (0.5, 0.05)):
        arrivals = load * slots
        mean = mean_of(stationary(month_matrix(arrivals, slots, 200), 20))
        assert mean == pytest.approx(arrivals * (1 + arrivals / 2 - slots) / (slots - arrivals), rel=1e-9)
    assert mm1(0.5, 1.0)["number"] == pytest.approx(erlang_a(0.5, 1.0, 1e-9)["number"], rel=1e-6)
    waits = cobham((0.2, 0.3), 1.0)  # both classes together wait as in one queue
    assert 0.2 * waits[0] + 0.3 * waits[1] == pytest.approx(0.5 * mm1(0.5, 1.0)["time"])


@pytest.mark.statistical
def test_a_desk_with_a_twentieth_more_hours_would_be_noticed() -> None:
    """The comparison has the power that it claims: a slightly different engine fails it."""
    group = DeskGroup(9, 9.5, 14, busy=18.0)
    run = run_desks([group], 60, 9600, 5, {"families_lose_patience": False})
    queues = run.queues[0][100:].mean(axis=0)
    wrong = mean_of(stationary(month_matrix(9, 10, 150)))
    right = mean_of(stationary(month_matrix(9, 9.5, 400)))
    assert not mean_row("wrong hours", wrong, queues).passes
    assert abs(queues.mean() / right - 1) < 0.1


@pytest.mark.unit
def test_desks_of_theory_are_what_they_claim_to_be() -> None:
    """Arrivals are Poisson at the stated rate, slots are whole, nobody comes, goes or gives up."""
    group = DeskGroup(4.5, 5, 8, busy=8.0)
    run = run_desks([group], 40, 9600, 11, {"families_lose_patience": False})
    queue, served = run.queues[0], run.served[0]
    arrivals = (queue[1:] - queue[:-1] + served[1:])[10:]
    n = arrivals.size
    assert abs(arrivals.mean() - 4.5) < 4 * math.sqrt(4.5 / n) + 0.01
    assert abs(arrivals.var() / arrivals.mean() - 1) < 4 * math.sqrt(2 / n) + 0.01
    lagged = np.corrcoef(arrivals[1:].ravel(), arrivals[:-1].ravel())[0, 1]
    assert abs(lagged) < 4 / math.sqrt(n)
    assert served.max() == 5
    assert (served == np.minimum(5, queue + served)).all()
    children = run.model.observed.children
    assert len(set(children[8:].tolist())) == 1
    assert run.flow(0, "left").sum() == run.flow(0, "gave_up").sum() == 0
