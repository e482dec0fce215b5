"""Strategies and scenarios: what is shipped, what dated events do, and what is refused in files."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model import orders
from model.calendar import month_index
from model.parameters import default_parameters
from model.problems import InputError
from model.reading import ROOT
from model.scenario import load_scenario, make_scenario, parameters_at
from model.services import default_services
from model.strategy import ORDERS
from model.strategy_file import background_events, load_strategy, strategies_table, strategy_names

EXPECTED = {
    "part_time_everywhere",
    "without_cash",
    "without_spaces",
    "history",
    "no_programme",
    "no_mandate",
    "workers_without_desks",
    "desks_without_workers",
    "balanced",
    "desks_follow_backlog",
    "poorest_first",
    "remotest_first",
    "most_children_first",
    "neighbours_first",
    "proportional",
    "random_order",
    "desk_capacity_first",
    "county_by_county",
    "everything_at_once",
    "dedicated_fewer_villages",
    "with_supervision",
    "without_supervision",
    "with_cash",
    "with_spaces",
    "mandate_early",
    "mandate_late",
    "pilot_money_ends_2016",
}
SENTENCE = "sentence: {en: A test., zh: 测试。}\n"


def write(folder: Path, content: str, name: str = "mine.yaml", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_text(content, encoding=encoding)
    return path


def changed_by(name: str, since: str = "2010-05") -> dict[str, object]:
    """Parameters that a strategy has otherwise than the default history in a month."""
    month = month_index(since)
    mine, base = (parameters_at(make_scenario(strategy=each), month).values() for each in (name, "history"))
    return {key: value for key, value in mine.items() if value != base[key]}


# --- what is shipped


@pytest.mark.unit
def test_all_strategies_of_the_specification_are_shipped() -> None:
    assert set(strategy_names()) == EXPECTED
    for language in ("en", "zh"):
        assert {row["name"] for row in strategies_table(language)} == EXPECTED
        assert len({row["sentence"] for row in strategies_table(language)}) == len(EXPECTED)


@pytest.mark.unit
@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_shipped_strategy_makes_a_scenario_without_warnings(name) -> None:
    scenario = make_scenario(strategy=name)
    assert scenario.warnings() == []
    assert scenario.schedule[0][0] == 0
    months = [month for month, _ in scenario.schedule]
    assert months == sorted(set(months))


@pytest.mark.unit
def test_shipped_strategies_differ_in_content_except_the_two_names_of_the_order_of_history() -> None:
    hashes = {name: make_scenario(strategy=name).content_hash for name in strategy_names()}
    assert hashes.pop("proportional") == hashes["history"]
    assert len(set(hashes.values())) == len(hashes)


@pytest.mark.unit
def test_orders_are_those_that_the_spread_knows() -> None:
    for position, name in enumerate(ORDERS):
        short = name if name == "first_come" else name.removesuffix("_first")
        assert getattr(orders, short.upper()) == position


@pytest.mark.unit
def test_sources_of_events_are_assumptions_or_rows_of_the_evidence() -> None:
    with (ROOT / "data" / "evidence" / "evidence.csv").open(encoding="utf-8", newline="") as file:
        known = {row["id"] for row in csv.DictReader(file)}
    for event in (*background_events(), *load_strategy("history").events):
        assert event.source, event.id
        if not event.source.startswith("assumption:"):
            assert set(event.source.split()) <= known, event.id


@pytest.mark.unit
def test_strategies_change_what_their_names_say() -> None:
    assert changed_by("workers_without_desks", "2020-12") == {"desk_plan": "fixed"}
    assert changed_by("balanced", "2018-06") == {"desk_dated_factor": 2.0}
    assert changed_by("no_mandate", "2015-01") == {"mandate_month": -1}
    assert changed_by("mandate_early", "2014-07") == {"mandate_month": 49, "scope": "universal"}
    assert changed_by("mandate_late", "2017-01") == {"mandate_month": 97, "scope": "vulnerable"}
    assert changed_by("poorest_first", "2018-01") == {}
    assert load_strategy("poorest_first").order == "poorest_first"
    assert changed_by("pilot_money_ends_2016") == {"pilot_after_money": "closed"}
    assert changed_by("with_supervision") == {"supervision": 2.0}
    assert changed_by("without_supervision") == {"supervision": 0.0}


@pytest.mark.theory
def test_dedicated_workers_in_fewer_villages_have_the_same_hours() -> None:
    part_time, fewer = (
        parameters_at(make_scenario(strategy=name), month_index("2020-01"))
        for name in ("history", "dedicated_fewer_villages")
    )

    def hours_per_village(parameters) -> float:
        share = parameters.part_time_posts_share
        hours = (1 - share) + share * parameters.part_time_share_of_hours
        return hours * parameters.universal_posts_share

    assert hours_per_village(fewer) == pytest.approx(hours_per_village(part_time), rel=0.03)


@pytest.mark.unit
@pytest.mark.parametrize("name", ["no_programme", "desks_without_workers"])
def test_without_workers_nothing_spreads(name) -> None:
    scenario = make_scenario(strategy=name)
    assert scenario.strategy.waves == ()
    for _, parameters in scenario.schedule:
        assert parameters.mandate_month == -1
        assert parameters.adoption_p0_per_month == 0
        assert parameters.adoption_q_per_month == 0
        assert parameters.visible_results_weight_per_month == 0
        assert parameters.provincial_push_per_month == 0


@pytest.mark.unit
def test_the_default_history_has_its_dated_facts() -> None:
    scenario = make_scenario()
    scopes = [
        parameters_at(scenario, month_index(month)).scope for month in ("2010-12", "2011-01", "2016-06")
    ]
    assert scopes == ["hiv_affected", "vulnerable", "universal"]
    assert parameters_at(scenario, 0).mandate_month == month_index("2016-06") == 73
    pilot, universal, hundred = scenario.strategy.waves
    assert (pilot.month_start, pilot.month_end, pilot.counties, pilot.posts_per_county) == (0, 0, "pilot", 10)
    assert (universal.counties, hundred.counties, hundred.posts_per_county) == (46, 100, 10)
    assert universal.month_start > month_index("2014-10")
    assert universal.month_end < month_index("2015-05")
    assert hundred.month_start == month_index("2015-10")


@pytest.mark.unit
def test_background_events_happen_in_every_strategy_and_can_be_switched_off() -> None:
    for name in ("history", "no_programme"):
        scenario = make_scenario(strategy=name)
        before, drive, after = (
            parameters_at(scenario, month_index(month)) for month in ("2015-12", "2016-01", "2017-04")
        )
        clearance = "hukou_barrier_clearance_per_month"
        start = default_parameters().hukou_barrier_clearance_per_month
        assert [getattr(each, clearance) for each in (before, drive, after)] == [start, 0.25, 0.25]
        assert [each.hukou_drive_seek_multiplier for each in (before, drive, after)] == [1, 2, 1]
        assert parameters_at(scenario, month_index("2018-12")).election_interval_months == 60
    alone = make_scenario(strategy="no_programme", parameters={"other_policies": False})
    assert len(alone.schedule) == 1
    assert alone.events() == ()


# --- schedules


@pytest.mark.unit
def test_parameters_change_in_the_month_of_the_event_and_stay() -> None:
    scenario = make_scenario()
    months = [month for month, _ in scenario.schedule]
    assert parameters_at(scenario, months[1] - 1) is scenario.schedule[0][1]
    assert parameters_at(scenario, months[1]) is scenario.schedule[1][1]
    assert parameters_at(scenario, 127) is scenario.schedule[-1][1]


@pytest.mark.unit
def test_draws_of_uncertain_numbers_reach_dated_events() -> None:
    scenario = make_scenario(parameters={"hukou_barrier_clearance_after_2016_per_month": 0.4})
    start = default_parameters().hukou_barrier_clearance_per_month
    assert parameters_at(scenario, 67).hukou_barrier_clearance_per_month == start
    assert parameters_at(scenario, 68).hukou_barrier_clearance_per_month == 0.4


@pytest.mark.unit
def test_what_is_set_by_hand_is_held_against_events_and_reported() -> None:
    scenario = make_scenario(parameters={"scope": "vulnerable"})
    assert {parameters.scope for _, parameters in scenario.schedule} == {"vulnerable"}
    held = '"scope" was set by hand and keeps its value: the event of {} does not change it.'
    assert [problem.text() for problem in scenario.warnings()] == [
        held.format("2011-01"),
        held.format("2016-06"),
    ]


@pytest.mark.unit
def test_a_setting_without_effect_is_reported() -> None:
    (warning,) = make_scenario(parameters={"desk_growth_per_year": 0.2}).warnings()
    assert warning.text() == (
        '"desk_growth_per_year" was set to 0.2 but has no effect here, because "desk_plan" is dated.'
    )


@pytest.mark.unit
def test_the_hash_follows_what_decides_the_results() -> None:
    base = make_scenario()
    assert make_scenario().content_hash == base.content_hash
    assert make_scenario(until=127).content_hash == base.content_hash
    others = [
        make_scenario(world="teaching"),
        make_scenario(seed=2),
        make_scenario(until="2020-11"),
        make_scenario(children="none"),
        make_scenario(parameters={"visit_hours": 1.1}),
        make_scenario(strategy="random_order"),
        make_scenario(strategy="no_programme"),
    ]
    assert len({base.content_hash, *(other.content_hash for other in others)}) == len(others) + 1
    unchanged = make_scenario(parameters={"visit_hours": default_parameters().visit_hours})
    assert unchanged.content_hash == base.content_hash


@pytest.mark.unit
def test_events_after_the_last_month_do_not_count() -> None:
    early, late = (make_scenario(strategy=name, until="2013-12") for name in ("history", "balanced"))
    assert early.content_hash == late.content_hash
    assert all(event.month <= early.until for event in early.events())


@pytest.mark.property
@settings(deadline=None)
@given(st.integers(0, 127), st.integers(0, 127), st.floats(1, 3), st.floats(1, 3))
def test_of_two_events_the_later_prevails(tmp_path_factory, first, second, a, b) -> None:
    content = f"{SENTENCE}events:\n- {{id: a, month: {first}, set: {{desk_fte_factor: {a!r}}}}}\n"
    content += f"- {{id: b, month: {second}, set: {{desk_fte_factor: {b!r}}}}}\n"
    scenario = make_scenario(strategy=load_strategy(write(tmp_path_factory.mktemp("two"), content)))
    for month in range(128):
        dated = [(when, value) for when, value in ((first, a), (second, b)) if when <= month]
        expected = max(dated, key=lambda each: each[0])[1] if dated else 1.0
        if first == second and dated:
            expected = b
        assert parameters_at(scenario, month).desk_fte_factor == expected


# --- scenarios


@pytest.mark.unit
def test_all_problems_of_a_scenario_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        make_scenario("teachin", "histry", {"visit_hors": 1}, seed=-1, until="2009-01", children="some")
    assert [message.partition(". ")[0] for message in caught.value.messages("en")] == [
        'There is no world "teachin"',
        'There is no strategy "histry", and no file of that name',
        'There is no parameter "visit_hors"',
        "The seed -1 must be a whole number from 0 to 2^64 - 1.",
        "2009-01 lies before the start, 2010-05.",
        '"children" must be "all" or "none", not "some".',
    ]
    assert len(caught.value.messages("zh")) == 6


@pytest.mark.unit
def test_a_scenario_file_is_read_with_its_strategy_in_place_and_overridden(tmp_path) -> None:
    content = (
        "world: teaching\nseed: 7\nuntil: 2015-12\nparameters: {visit_hours: 1.5, travel_hours: 0.4}\n"
        "strategy:\n  extend: history\n  order: random\n  sentence: Ours.\n"
    )
    path = write(tmp_path, content)
    scenario = load_scenario(path, seed=8, parameters={"visit_hours": 1.2})
    assert (scenario.world, scenario.seed, scenario.until) == ("teaching", 8, 67)
    assert scenario.parameters == {"visit_hours": 1.2, "travel_hours": 0.4}
    assert scenario.strategy.order == "random"
    assert scenario.services == default_services()
    named = write(tmp_path, "strategy: no_programme\n", "named.yaml")
    assert load_scenario(named).strategy.name == "no_programme"
    write(tmp_path, f"{SENTENCE}order: random\n", "beside.yaml")
    assert load_scenario(write(tmp_path, "strategy: beside.yaml\n", "path.yaml")).strategy.order == "random"


@pytest.mark.unit
def test_problems_of_a_scenario_file_have_lines(tmp_path) -> None:
    content = (
        "wrld: teaching\nuntil: 2010-04\nparameters:\n  visit_hours: 9\n"
        "strategy:\n  sentence: Ours.\n  order: best\n  levers: {xyzzy: 1}\nchildren: some\n"
    )
    path = write(tmp_path, content)
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    assert [problem.line for problem in caught.value.problems] == [1, 7, 8, 4, 2, 9]
    assert {problem.file for problem in caught.value.problems} == {str(path)}
