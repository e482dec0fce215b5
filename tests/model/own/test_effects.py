"""Every column of the template moves a result: no field is asked for in vain."""

import numpy as np
import pandas as pd
import pytest

from model.codes import OFFICE_POLICE
from model.declarations import declarations
from model.money import PAYERS
from model.own.build import build
from model.own.columns import sheets
from model.own.given import NO_POST
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from results.frames import money, villages
from results.summary import summary

pytestmark = pytest.mark.common_numbers

UNTIL = "2012-12"
NAMES = {("counties", "county"), ("counties", "not_on_list"), ("villages", "village")}
"""Columns that name things; the last but one allows a code. Their effect is tested by itself."""
CHANGED = {
    "townships": 3, "villages": 9, "communities": 4, "children_2010": 900, "children_2020": 700,
    "rural_share_2010": 0.2, "rural_share_2020": 0.2, "under5_share_2010": 0.5, "poverty": 0.95,
    "minority": 0.95, "left_behind": 0.95, "fiscal_index": 0.2, "police_fte": 0.01, "education_fte": 0.0,
    "protection_fte": 0.001, "hospital_fte": 0.0, "civil_affairs_fte": 0.0, "clinic_fte": 0.0,
    "kind": "community", "hours_to_county": 9.0, "hiv_affected": 0.9, "migrant": 0.9,
    "post_month": 0.0, "township": "小河乡", "post_kind": "part_time",
    "villages_per_worker": 3, "supervisors": 0.0,
}  # fmt: skip
BY_THEMSELVES = (
    "county_code", "households", "hours_to_township", "parameter", "value", "year", "payer", "yuan",
)  # fmt: skip
"""Columns with a test of their own below."""


def outcomes(frames, strategy="history", **settings):
    """What a run says of needs, posts and money."""
    scenario = make_scenario(build("mine", frames), strategy, settings, until=UNTIL)
    model = ScaleUpModel(scenario).run()
    told = summary(model)
    values = {key: entry["value"] for key, entry in told.items() if "value" in entry}
    values |= {
        f"{service}.{key}": entry["value"]
        for service, entries in told["services"].items()
        for key, entry in entries.items()
        if key != "label"
    }
    table = money(model)
    keys = zip(table.year, table.part, table["item"], table.yuan, strict=True)
    return values | {f"{year}.{part}.{item}": yuan for year, part, item, yuan in keys}


def without_villages(frames):
    """The same counties, laid out from their numbers."""
    counties = frames["counties"].assign(
        townships=2, villages=5, communities=2, children_2010=600, children_2020=500,
        rural_share_2010=0.8, rural_share_2020=0.7, under5_share_2010=0.25, poverty=0.2, minority=0.2,
        left_behind=0.3,
    )  # fmt: skip
    return {"counties": counties}


@pytest.fixture(scope="module")
def seen():
    """Outcomes of the unchanged tables, made once each."""
    return {}


@pytest.mark.parametrize("column", [c for c in sheets()["counties"].columns if c in CHANGED])
def test_columns_of_counties(column, frames, seen):
    own = without_villages(frames)
    if "counties" not in seen:
        seen["counties"] = outcomes(own)
    own["counties"][column] = CHANGED[column]
    assert outcomes(own) != seen["counties"]


@pytest.mark.parametrize("column", [c for c in sheets()["villages"].columns if c in CHANGED])
def test_columns_of_villages(column, frames, seen):
    frames.pop("townships")
    if "villages" not in seen:
        seen["villages"] = outcomes(frames)
    frames["villages"][column] = 150.0 if column == "children_2020" else CHANGED[column]
    assert outcomes(frames) != seen["villages"]


def test_the_way_to_the_township_decides_who_comes_first(frames):
    near = ScaleUpModel(make_scenario(build("mine", frames), "remotest_first", until="2010-05"))
    names = np.array(near.world.village_names)
    last = names[near.rank][-1]
    frames["villages"].loc[frames["villages"].village == last, "hours_to_township"] = 9.0
    far = ScaleUpModel(make_scenario(build("mine", frames), "remotest_first", until="2010-05"))
    assert names[far.rank][3] == last, "now first of the second county"


@pytest.mark.parametrize("column", ["civil_affairs_fte", "clinic_fte", "supervisors"])
def test_columns_of_townships(column, frames):
    before = outcomes(frames)
    frames["townships"][column] = CHANGED[column]
    assert outcomes(frames) != before


def test_households_stand_in_for_children(frames):
    frames["villages"].loc[frames["villages"].county_code == 530981, "children_2020"] = np.nan
    frames["counties"]["children_2020"] = 400
    before = build("mine", frames).children_2010()
    frames["villages"].loc[0, "households"] = 900
    after = build("mine", frames).children_2010()
    assert after[0] / after.sum() > 1.5 * before[0] / before.sum()
    assert build("mine", frames).sectors["children_2020"][:2].sum() == pytest.approx(400, abs=2)


def test_every_column_is_tested():
    for key, sheet in sheets().items():
        asked = {name for name, column in sheet.columns.items() if column.type != "note"}
        assert {(key, name) for name in asked - {*CHANGED, *BY_THEMSELVES}} <= NAMES


def test_names_stand_in_the_tables(frames):
    world = build("mine", frames)
    assert world.table.county.tolist() == ["甲新县", "乙新县"]
    model = ScaleUpModel(make_scenario(world=world, until="2010-06")).run()
    assert villages(model).name.tolist() == ["村1", "村2", "村3", "村4", "村5", "村6", "村7"]


@pytest.mark.parametrize("name", sheets()["prices"].listed)
def test_prices_and_norms(name, frames, seen):
    settings = {"desk_plan": "bought", "budget_binds": True, "county_budget_yuan_per_child_per_year": 9000}
    settings |= {"capacity_mode": "elastic", "mandate_month": "2010-06", "space_opening_per_year": 0.9}
    settings |= {"mandate_hazard_per_month": 1.0, "mandate_delay_months": 0, "county_rollout_months": 2}
    settings |= {"supervision_hours_per_post": 8} if "superv" in name else {}
    frames = {"counties": frames["counties"], "villages": pd.concat([frames["villages"]] * 3)}
    frames["villages"] = frames["villages"].assign(township="大河镇").reset_index(drop=True)
    key = "supervision" if "superv" in name else "prices"
    if key not in seen:
        seen[key] = outcomes(frames, **settings)
    new = {"villages_per_post": 3, "training_days": 1, "posts_per_supervisor": 6, "county_share": 0.9}
    value = new.get(name, _half(name))
    frames["prices"] = pd.DataFrame([{"parameter": name, "value": value}])
    assert outcomes(frames, **settings) != seen[key]


def _half(name):
    return float(declarations()[name].default) / 2


def test_a_strategy_prevails_over_prices_and_a_setting_over_both(frames):
    frames["prices"] = pd.DataFrame([{"parameter": "part_time_posts_share", "value": 0.5}])
    world = build("mine", frames)
    plain = make_scenario(world=world).schedule[0][1]
    lever = make_scenario(world=world, strategy="dedicated_fewer_villages").schedule[0][1]
    held = make_scenario(world=world, parameters={"part_time_posts_share": 0.7}).schedule[0][1]
    shares = [each.part_time_posts_share for each in (plain, lever, held)]
    assert shares == [0.5, 0.0, 0.7]


def money_table(yuan, years=range(2010, 2013), payers=("county", "central")):
    return pd.DataFrame(
        [
            {"county_code": code, "year": year, "payer": payer, "yuan": yuan}
            for code in (530981, 530982)
            for year in years
            for payer in payers
        ]
    )


def test_money_binds_where_it_is_listed(frames):
    free = outcomes(frames)
    frames["money"] = money_table(0.0)
    poor = outcomes(frames)
    assert poor["villages_active"] == 0 < free["villages_active"]
    assert poor["2011.category.pay"] == 0 < free["2011.category.pay"]
    frames["money"] = money_table(0.0, years=[2010])
    assert outcomes(frames)["2012.category.pay"] > 0, "a year without a line is not limited"
    unbound = outcomes(frames, budget_binds=False)
    assert {key: value for key, value in unbound.items() if "available" not in key} == free


def test_spaces_that_exist_are_kept_and_what_they_cost_beyond_the_money_is_a_gap(frames):
    frames["money"] = money_table(0.0, years=[2012])
    found = outcomes(frames, space_opening_per_year=0.9)
    assert found["2011.gap.financing_gap"] == 0
    kept = sum(found[f"2012.category.{name}"] for name in ("spaces", "pay", "training", "supervision"))
    assert found["2012.category.pay"] == 0
    assert found["2012.gap.financing_gap"] >= kept > 0


def test_who_pays_follows_the_money_and_adds_up(frames):
    frames["money"] = money_table(50_000.0)
    half = outcomes(frames)
    frames["money"].loc[frames["money"].payer == "central", "payer"] = "province"
    moved = outcomes(frames)
    assert moved["2012.payer.province"] > half["2012.payer.province"]
    for found in (half, moved):
        total = sum(found[f"2012.payer.{payer}"] for payer in PAYERS)
        by_category = sum(value for key, value in found.items() if key.startswith("2012.category."))
        assert total == pytest.approx(by_category, abs=0.05)
    envelope = ("training", "start_up", "pay", "supervision", "spaces")
    assert half["villages_with_post"] == moved["villages_with_post"]
    assert sum(half[f"2011.category.{name}"] for name in envelope) > 0


def test_a_post_is_opened_in_its_month_whatever_the_strategy(frames):
    frames["villages"]["post_month"] = [4.0, np.nan, 20.0, 4.0, np.nan, np.nan, 0.0]
    world = build("mine", frames)
    assert world.given is not None
    assert (world.given.post_month < NO_POST).sum() == 4
    model = ScaleUpModel(make_scenario(world=world, strategy="no_programme", until=UNTIL)).run()
    names = np.array(world.village_names)
    assert set(names[model.state.villages["post"] > 0]) == {"村1", "村3", "村4", "村7"}
    started = dict(zip(names, model.state.villages["start_month"].tolist(), strict=True))
    assert 0 <= started["村7"] < 4 <= started["村1"] < 20 <= started["村3"]


def test_staff_of_an_office_is_what_was_given(frames):
    frames["counties"]["police_fte"] = [2.0, np.nan]
    world = build("mine", frames)
    assert world.given is not None
    assert world.given.office_fte[OFFICE_POLICE][0] == 2.0
    model = ScaleUpModel(make_scenario(world=world, until="2010-05"))
    services = model.tables.services
    of_police = [s for s, row in enumerate(services) if row.office == OFFICE_POLICE]
    minutes = model.state.desks["base_minutes"][of_police].sum()
    rules = model.tables.rules[0]
    assert minutes == pytest.approx(2.0 * rules.hours_per_fte * 60)
