"""What a plan asks for and cannot have, and silence where it can have it."""

import dataclasses

import numpy as np
import pytest

from experiments.feasibility import concerns
from experiments.study import Candidate, Study
from model.parameters import default_parameters
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.strategy_file import load_strategy
from model.text import LANGUAGES
from results.feasibility import visit_hours_asked, visit_hours_of_a_post
from tests.experiments.test_strategies import SOON

pytestmark = pytest.mark.unit
AMPLE = {
    **SOON, "worker_hours_dedicated": 160, "part_time_posts_share": 0, "visits_listed_per_year": 1,
    "months_between_visits_others": 12, "visit_hours": 0.5, "desk_fte_factor": 4, "county_rollout_months": 6,
}  # fmt: skip


@pytest.fixture(scope="module")
def ample():
    candidates = {"history": Candidate("history", load_strategy("history"))}
    return Study("teaching", 60, candidates, AMPLE)


def codes(study, **settings):
    found = concerns(dataclasses.replace(study, parameters={**study.parameters, **settings}))
    for concern in found:
        assert all("{" not in concern.problem.text(language) for language in LANGUAGES)
    return [concern.problem.code for concern in found]


def test_nothing_is_said_of_a_plan_that_has_all_it_asks_for(ample):
    assert codes(ample) == []


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"part_time_posts_share": 1, "part_time_share_of_hours": 0.05}, "feasible.hours"),
        (
            {"visits_listed_per_year": 12, "worker_hours_dedicated": 60},
            "feasible.hours",
        ),
        ({"seats_at_mandate_per_month": 1, "seats_before_mandate_per_month": 0}, "feasible.seats"),
        ({"budget_binds": True, "county_budget_yuan_per_child_per_year": 0.5}, "feasible.money"),
        ({"desk_fte_factor": 0.1}, "feasible.desks"),
    ],
)
def test_each_shortage_is_said(ample, settings, code):
    assert code in codes(ample, **settings)


def test_what_has_no_limit_is_not_short(ample):
    assert "feasible.desks" not in codes(ample, desk_fte_factor=0.1, capacity_mode="elastic")
    assert "feasible.money" not in codes(ample, budget_binds=True, county_budget_yuan_per_child_per_year=1000)
    without = dataclasses.replace(ample, candidates={"x": Candidate("x", load_strategy("no_programme"))})
    assert codes(without, mandate_month="never") == []


def test_hours_are_counted_as_the_norms_say():
    rules = default_parameters().replace(
        worker_hours_dedicated=100, part_time_posts_share=0.5, part_time_share_of_hours=0.2,
        leave_share=0.1, meetings_share=0.1, support_hours_share=0.2, visits_listed_per_year=12,
        months_between_visits_others=12, visit_hours=1, travel_hours=1, travel_remote_multiplier=1,
    )  # fmt: skip
    assert visit_hours_of_a_post(rules) == pytest.approx(100 * 0.6 * 0.6)
    model = ScaleUpModel(make_scenario("four_villages", until=1))
    asked = visit_hours_asked(model, rules)
    everybody = visit_hours_asked(model, rules.replace(listed_threshold=1))
    nobody = visit_hours_asked(model, rules.replace(visits_listed_per_year=1))
    assert (nobody <= asked).all()
    assert (asked <= everybody).all()
    households = 12 * nobody / 2  # an hour there and back, an hour of visit
    assert np.allclose(households, np.rint(households))
