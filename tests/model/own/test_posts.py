"""Posts and supervisors that a user describes one by one: what they do is what was said."""

import numpy as np
import pandas as pd
import pytest

from model.money import COUNTERS, DEDICATED_MONTHS, PART_TIME_MONTHS
from model.own.build import build
from model.own.store import keep, load
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from tests.model.own.test_effects import money_table, outcomes

pytestmark = pytest.mark.common_numbers

UNTIL = "2012-12"
SOON = {
    "mandate_hazard_per_month": 1.0, "mandate_month": "2010-06", "mandate_delay_months": 0,
    "county_rollout_months": 2, "supervision_hours_per_post": 8.0,
}  # fmt: skip


@pytest.fixture
def many(frames):
    """The small place with each village five times, so that posts can be shared."""
    villages = pd.concat([frames["villages"]] * 5, ignore_index=True)
    villages["village"] = [f"村{number}" for number in range(len(villages))]
    return {**frames, "villages": villages.assign(post_month=0.0)}


def run(frames, until=UNTIL, **settings):
    return ScaleUpModel(make_scenario(build("mine", frames), "history", SOON | settings, until=until)).run()


def test_the_kind_of_a_post_is_what_was_given(many):
    kinds = ["full", "part_time", None]
    many["villages"]["post_kind"] = [kinds[number % 3] for number in range(len(many["villages"]))]
    model = run(many)
    villages, given = model.state.villages, model.world.given
    filled = villages["hired_month"] >= 0
    for kind in (0, 1):
        those = filled & (given.post_kind == kind)
        assert those.sum() > 5
        assert (villages["dedicated"][those] == kind).all()
    rules = model.tables.rules[0]
    steady = filled & (villages["trained_month"] < model.month) & (villages["worker_minutes"] > 0)
    part = np.where(villages["dedicated"] == 1, 1.0, rules.part_time_share_of_hours)
    expected = np.floor(rules.worker_hours_dedicated * part * 60)
    large = villages["n_slots"] >= rules.second_worker_from_children
    np.testing.assert_array_equal(villages["worker_minutes"][steady & ~large], expected[steady & ~large])
    for kind, counter in ((0, PART_TIME_MONTHS), (1, DEDICATED_MONTHS)):
        those = filled & (villages["dedicated"] == kind)
        assert model.observed.counters[-1, counter] == those.sum() + large[those].sum() > 5


def test_villages_that_share_a_worker_have_the_hours_that_the_norm_would_give(many):
    by_norm = {**many, "prices": pd.DataFrame([{"parameter": "villages_per_post", "value": 4}])}
    shared = {**many, "villages": many["villages"].assign(villages_per_worker=4)}
    norm, own = (run(each, until="2010-11") for each in (by_norm, shared))
    both = (norm.state.villages["worker_minutes"] > 0) & (own.state.villages["worker_minutes"] > 0)
    assert both.sum() > 10
    for name in ("dedicated", "worker_minutes"):
        np.testing.assert_array_equal(norm.state.villages[name][both], own.state.villages[name][both])
    for kind, counter in ((0, PART_TIME_MONTHS), (1, DEDICATED_MONTHS)):
        filled = (own.state.villages["hired_month"] >= 0) & (own.state.villages["dedicated"] == kind)
        posts = np.bincount(own.state.villages["county"][filled], minlength=2)
        assert own.observed.counters[-1, counter] == (-(-posts // 4)).sum(), "four villages pay one worker"


def test_one_village_per_worker_is_stronger_than_a_norm_that_shares(many):
    many["prices"] = pd.DataFrame([{"parameter": "villages_per_post", "value": 4}])
    shared = run(many, until="2010-11")
    many["villages"]["villages_per_worker"] = 1
    alone = run(many, until="2010-11")
    both = (shared.state.villages["worker_minutes"] > 0) & (alone.state.villages["worker_minutes"] > 0)
    ratio = alone.state.villages["worker_minutes"][both] / shared.state.villages["worker_minutes"][both]
    assert both.any()
    np.testing.assert_allclose(ratio, 4, rtol=0.01)


def test_what_a_shared_post_does_not_cost_pays_others(many):
    many["money"] = money_table(20_000.0, payers=("county",))
    settings = SOON | {"supervision": 0.0}
    alone = outcomes(many, **settings)
    many["villages"]["villages_per_worker"] = 4
    shared = outcomes(many, **settings)
    assert shared["villages_active"] > 1.5 * alone["villages_active"] > 0
    for year in (2010, 2011, 2012):
        spent = sum(shared[f"{year}.category.{name}"] for name in ("pay", "training", "start_up"))
        assert 0 < spent <= 2 * 20_000 + 0.01
        assert shared[f"{year}.gap.financing_gap"] >= 0


def test_supervisors_give_the_hours_that_were_said(many):
    many["townships"]["supervisors"] = [0.25, np.nan]
    model, before = run(many), run({**many, "townships": many["townships"].drop(columns="supervisors")})
    rules, townships = model.tables.rules[0], model.state.townships
    said = np.flatnonzero(~np.isnan(model.world.given.supervisors))
    each = rules.hours_per_fte * 60 * rules.supervisor_child_share * rules.supervision
    norm = townships["n_posts"] * rules.supervision_hours_per_post * 60
    assert len(said) == 1
    expected = np.floor(min(0.25 * each, norm[said[0]]))
    assert townships["supervisor_minutes"][said[0]] == expected
    assert 0 < expected < before.state.townships["supervisor_minutes"][said[0]]
    changed = townships["supervisor_minutes"] != before.state.townships["supervisor_minutes"]
    assert np.flatnonzero(changed).tolist() == said.tolist()
    minutes = model.observed.counters[:, COUNTERS.index("supervision_minutes")]
    assert minutes[-1] == townships["supervisor_minutes"].sum()


def test_results_do_not_depend_on_how_the_month_is_run(many):
    many["villages"]["post_kind"], many["villages"]["villages_per_worker"] = "full", 2
    scenario = make_scenario(build("mine", many), "history", SOON, until=UNTIL)
    plain, threads, profiled = (
        ScaleUpModel(scenario, n_threads, False, profile).run().state_hash()
        for n_threads, profile in ((1, False), (2, False), (1, True))
    )
    assert plain == threads == profiled


def test_what_was_said_of_posts_is_kept(many, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    villages = many["villages"]
    villages["post_kind"] = ["full", None, "part_time", None, None] * 7
    villages["villages_per_worker"] = [3, np.nan, np.nan, 2, np.nan] * 7
    many["townships"]["supervisors"] = [1.5, np.nan]
    keep("mine", many, (), "test")
    read, built = load("mine").given, build("mine", many).given
    assert read is not None
    assert built is not None
    for name in ("post_kind", "villages_per_worker", "supervisors", "post_month"):
        np.testing.assert_array_equal(getattr(read, name), getattr(built, name))
    assert set(built.post_kind.tolist()) == {-1, 0, 1}
