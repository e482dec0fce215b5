"""The cascade on spells written out by hand, and what must hold for any spells."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from columns.layout import NO_MONTH
from results.measures.cascade import (
    COVERED,
    FILED,
    FOUND,
    KEPT,
    NEED,
    SERVED_IN_TIME,
    STEPS,
    binding_step,
    cascade,
    follow_up_months,
    furthest_step,
    nested_counts,
    step_name,
)
from results.measures.spells import END_OPEN, Spells

NEVER = NO_MONTH
LATE = 200  # long after every follow-up


@pytest.fixture
def six(make_spells):
    """One spell that stops at each step; all opened in month 0, all through the worker."""
    return make_spells(
        6,
        covered_month=[NEVER, 0, 0, 0, 0, 0],
        found_month=[NEVER, NEVER, 1, 1, 1, 1],
        filed_month=[NEVER, NEVER, NEVER, 2, 2, 2],
        served_month=[NEVER, NEVER, NEVER, 6, 5, 5],
        lapsed_month=[NEVER, NEVER, NEVER, NEVER, 11, 12],
        helped=[False, False, False, True, True, True],
        can_lapse=True,
    )


@pytest.mark.unit
def test_each_spell_stops_where_it_should(six):
    assert furthest_step(six).tolist() == [NEED, COVERED, FOUND, FILED, SERVED_IN_TIME, KEPT]
    assert furthest_step(six, alone=False).tolist() == [NEED, COVERED, FOUND, FILED, SERVED_IN_TIME, KEPT]


@pytest.mark.unit
def test_counts_losses_and_shares(six):
    found = cascade(six, 0, 0, LATE)
    assert found.reached.tolist() == [[6, 5, 4, 3, 2, 1]]
    assert found.lost().tolist() == [[0, 1, 1, 1, 1, 1]]
    assert found.shares().value[0] == pytest.approx([1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6])
    assert found.censored.tolist() == [0]


@pytest.mark.unit
def test_what_cannot_lapse_is_kept(six):
    lasting = Spells(**{**vars(six), "can_lapse": np.zeros(6, bool)})
    assert furthest_step(lasting)[4] == KEPT


@pytest.mark.unit
def test_who_applies_alone_is_not_lost_at_finding(make_spells):
    alone = make_spells(2, filed_month=[1, 1], served_month=[2, 9])
    found = cascade(alone, 0, 0, LATE)
    assert found.reached.tolist() == [[2, 2, 2, 2, 1, 1]]
    assert found.by_worker.tolist() == [[2, 0, 0, 0, 0, 0]]
    assert step_name(int(binding_step(found.reached)[0])) == "served_within_3_months"


@pytest.mark.unit
def test_giving_up_on_the_way_is_not_served_in_time(make_spells):
    back_again = make_spells(1, filed_month=1, gave_up_month=2, served_month=4)
    assert furthest_step(back_again)[0] == FILED


@pytest.mark.unit
def test_limits_of_the_windows(make_spells):
    edge = make_spells(4, filed_month=[12, 13, 0, 0], served_month=[12, 13, 3, 4])
    assert furthest_step(edge).tolist() == [KEPT, NEED, KEPT, FILED]
    assert furthest_step(edge, filed_in=13, served_in=4).tolist() == [KEPT] * 4


@pytest.mark.unit
def test_only_full_follow_up_counts_and_the_rest_stands_apart(make_spells):
    opened = np.arange(-3, 12)
    spells = make_spells(len(opened), opened_month=opened)
    last = 5 + follow_up_months()
    found = cascade(spells, 0, 9, last)
    assert found.reached[0, 0] == 6  # opened in months 0 to 5
    assert found.censored[0] == 4  # months 6 to 9
    assert follow_up_months() == 12 + 3 + 6


@pytest.mark.unit
def test_groups_are_rows(six):
    county = np.array([0, 0, 2, 2, 2, 2])
    found = cascade(six, 0, 0, LATE, group=county, n_groups=4)
    assert found.reached[:, 0].tolist() == [2, 0, 4, 0]
    assert found.reached.sum(axis=0).tolist() == [6, 5, 4, 3, 2, 1]
    assert binding_step(found.reached).tolist() == [COVERED, NEED, FILED, NEED]


@pytest.mark.unit
def test_bad_groups_are_refused(six):
    with pytest.raises(ValueError, match="group must give one number"):
        cascade(six, 0, 0, LATE, group=[0, 1])
    with pytest.raises(ValueError, match="there are 2 groups"):
        cascade(six, 0, 0, LATE, group=np.full(6, 5), n_groups=2)


@pytest.mark.unit
def test_binding_step_is_the_largest_absolute_loss():
    assert binding_step([100, 90, 70, 60, 25, 24]) == SERVED_IN_TIME
    assert (
        binding_step([100, 40, 10, 10, 10, 10]) == COVERED
    )  # 60 lost here, though finding loses a larger share
    assert binding_step([10, 8, 8, 6, 6, 6]) == COVERED  # the earlier of equal losses
    assert binding_step([[5, 5, 5, 5, 5, 5], [0, 0, 0, 0, 0, 0]]).tolist() == [NEED, NEED]
    assert [step_name(step) for step in (NEED, FOUND)] == ["none", "found"]


@pytest.mark.unit
def test_counts_that_rise_are_no_cascade():
    with pytest.raises(ValueError, match="cannot rise"):
        binding_step([10, 2, 5])
    assert nested_counts([10, 2, 1, 5, 3]).tolist() == [10, 5, 5, 5, 3]
    with pytest.raises(ValueError, match="2 to 6 steps"):
        binding_step([1])


months = st.integers(0, 30) | st.just(NEVER)


@st.composite
def any_spells(draw):
    n = draw(st.integers(1, 25))
    names = (
        "covered_month",
        "found_month",
        "filed_month",
        "served_month",
        "gave_up_month",
        "lapsed_month",
        "ended_month",
    )
    dates = {name: np.array(draw(st.lists(months, min_size=n, max_size=n))) for name in names}
    flags = {
        name: np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n)))
        for name in ("helped", "can_lapse")
    }
    opened = np.array(draw(st.lists(st.integers(-5, 20), min_size=n, max_size=n)))
    return Spells(
        child=np.arange(n),
        service=np.zeros(n, int),
        opened_month=opened,
        end=np.full(n, END_OPEN),
        **dates,
        **flags,
    )


@pytest.mark.property
@given(any_spells(), st.integers(0, 60))
def test_nobody_is_counted_twice_or_lost(spells, last_month):
    found = cascade(spells, 0, 20, last_month)
    assert (found.lost() >= 0).all()
    assert (np.diff(found.by_worker) <= 0).all()
    assert (found.by_worker <= found.reached).all()
    in_cohort = (spells.opened_month >= 0) & (spells.opened_month <= min(20, last_month))
    assert found.reached[0, 0] + found.censored[0] == in_cohort.sum()


@pytest.mark.property
@given(any_spells(), st.integers(1, 4))
def test_groups_add_up(spells, n_groups):
    by_group = cascade(spells, 0, 20, LATE, group=np.arange(len(spells)) % n_groups, n_groups=n_groups)
    assert by_group.reached.sum(axis=0).tolist() == cascade(spells, 0, 20, LATE).reached[0].tolist()


@pytest.mark.property
@given(any_spells(), st.integers(1, 10))
def test_a_longer_run_changes_no_cascade_of_spells_already_followed(spells, more):
    last = int(spells.opened_month.max()) + follow_up_months()
    first = cascade(spells, 0, 20, last)
    assert first.reached.tolist() == cascade(spells, 0, 20, last + more).reached.tolist()


@pytest.mark.unit
def test_names_of_steps_are_the_catalogue_of_losses():
    assert len(STEPS) == KEPT + 1
    assert STEPS[SERVED_IN_TIME] == "served_within_3_months"


@pytest.mark.unit
def test_found_by_the_worker_but_filed_alone_ends_the_chain_through_the_worker(make_spells):
    spells = make_spells(1, covered_month=0, found_month=1, filed_month=2, served_month=2)
    assert furthest_step(spells)[0] == KEPT
    assert furthest_step(spells, alone=False)[0] == FOUND


@pytest.mark.unit
def test_found_where_nobody_worked_is_not_the_workers_chain(make_spells):
    spells = make_spells(1, found_month=1, filed_month=2, served_month=2, helped=True)
    assert furthest_step(spells, alone=False)[0] == NEED


@pytest.mark.unit
def test_a_cascade_may_be_short():
    assert binding_step([5, 3]) == COVERED
