"""The page of verification: numbers as people read them, every case and switch, nothing that differs."""

import pytest

from model.declarations import switches
from verification.cases import CASES
from verification.page import FILE, figure, page
from verification.rows import Row
from verification.variance import OUTCOMES, PAIRS, Saving, variance_rows


@pytest.mark.unit
@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (74.0, "74"),
        (3.49512, "3.495"),
        (0.000581, "0.000581"),
        (1234.5, "1234"),
        (-0.0213, "-0.02130"),
        (2e-10, "2.0e-10"),
        (640875275.4, "640875275"),
    ],
)
def test_numbers_have_four_digits(value, shown):
    assert figure(value) == shown


@pytest.mark.docs
def test_the_page_holds_every_case_and_every_switch():
    written = FILE.read_text(encoding="utf-8")
    for case in CASES:
        assert f"### {case.title}\n" in written, f"run make verify: {case.name} is not on the page"
        assert case.shows in written
    for name in switches():
        assert f"| `{name}` |" in written, f"run make verify: the switch {name} is not on the page"
    assert "**differs**" not in written
    for pair in PAIRS:
        assert " − ".join(pair) in written


@pytest.mark.unit
def test_a_difference_is_not_hidden():
    rows = [Row("too far", 1.0, 2.0, 0.1), Row("near", 1.0, 1.05, 0.1)]
    saving = Saving("teaching", "history − no_programme", "cost", 1.0, 2.0, 4.0, 4.0, 3.0, 5.0)
    text = page([(CASES[0], rows)], [saving])
    assert "**1 of 2 comparisons agree.**" in text
    assert "**differs**" in text


@pytest.mark.common_numbers
@pytest.mark.statistical
def test_common_numbers_pay_where_strategies_share_most():
    """Eight pairs; the factors are far above 1 (33 and 66 with more pairs), so chance cannot hide them."""
    rows = {(row.pair, row.outcome): row for row in variance_rows(8, ("teaching",))}
    assert len(rows) == len(PAIRS) * len(OUTCOMES)
    pair = "desks_follow_backlog − history"
    for outcome in ("spells served", "unmet child-months", "spells found"):
        row = rows[pair, outcome]
        assert row.ratio > 1.5
        assert row.low <= row.ratio <= row.high
    nothing_to_share = rows["history − no_programme", "spells found"]
    assert nothing_to_share.ratio == pytest.approx(1.0)
