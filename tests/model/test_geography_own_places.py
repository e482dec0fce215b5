"""A user's own tables."""

import numpy as np
import pandas as pd
import pytest

from columns.layout import KIND_COMMUNITY
from model.demography import CENSUS_2010, plan_population
from model.own_places import own_world
from model.worlds import build_world

pytestmark = pytest.mark.unit

COUNTIES = pd.DataFrame(
    [
        {"county_code": 533124},
        {"county_code": 510199, "county": "New", "poverty": 0.4, "pilot": 1},
    ]
)
VILLAGES = pd.DataFrame(
    [
        {
            "county_code": 510199,
            "kind": "community",
            "village": "Town",
            "township": "a",
            "children_2010": 100,
        },
        {"county_code": 510199, "kind": "village", "village": "One", "township": "a", "children_2010": 50},
        {"county_code": 510199, "kind": "village", "village": "Two", "township": "b", "children_2010": 70},
        {"county_code": 510199, "village": "Three", "township": "a", "children_2010": 70},
    ]
)


def test_a_real_county_by_its_code_alone_is_the_national_one() -> None:
    own, national = own_world("mine", COUNTIES.head(1)), build_world()
    c = int(np.flatnonzero(national.counties["code"] == 533124)[0])
    first = national.counties["first_village"][c]
    theirs = national.villages[first : first + national.counties["n_villages"][c]]
    for name in ("hours_to_county", "minority", "left_behind", "kind"):
        assert (own.villages[name] == theirs[name]).all()
    assert (own.counties["children"] == national.counties["children"][c]).all()


def test_listed_villages_are_exactly_those() -> None:
    own = own_world("mine", COUNTIES, VILLAGES)
    first, n = own.counties["first_village"][0], own.counties["n_villages"][0]
    assert own.village_names[first : first + n] == ("One", "Two", "Three", "Town")
    assert own.children_2010()[first : first + n].tolist() == [50, 70, 70, 100]
    assert own.villages["kind"][first + n - 1] == KIND_COMMUNITY
    assert [own.township_names[t] for t in own.villages["township"][first : first + n]] == [
        "a",
        "b",
        "a",
        "a",
    ]
    assert own.counties["n_townships"][0] == 2
    assert own.counties["pilot"].tolist() == [1, 1]


def test_what_is_given_wins_and_the_rest_is_filled() -> None:
    villages = VILLAGES.assign(
        hours_to_county=[np.nan, 4.0, np.nan, np.nan], poverty=[np.nan, np.nan, 0.9, np.nan]
    )
    own, derived = own_world("mine", COUNTIES, villages), own_world("mine", COUNTIES, VILLAGES)
    assert own.villages["hours_to_county"][0] == 4.0
    assert own.villages["remote"][0] == 1
    assert own.villages["poverty"][1] == 0.9
    assert own.villages["poverty"][2] == derived.villages["poverty"][2]
    assert own.table.rural_poverty[0] == 0.4
    assert own.table.under5_share_2010.between(0.1, 0.5).all()


def test_own_places_can_be_planned() -> None:
    own = own_world("mine", COUNTIES, VILLAGES)
    plan = plan_population(own)
    assert plan.target[:2, CENSUS_2010].sum() == 290
    assert (plan.village_slots >= plan.village_children).all()


def test_children_of_a_known_county_keep_its_growth() -> None:
    own = own_world("mine", pd.DataFrame([{"county_code": 533124, "children_2010": 1000}]))
    assert own.table.children_2020[0] == round(1000 * 47512 / 48250)


@pytest.mark.parametrize(
    ("counties", "villages", "message"),
    [
        (COUNTIES, VILLAGES.assign(county_code=1), "county 1 is not among"),
        (COUNTIES, VILLAGES.assign(kind="hamlet"), "'hamlet' is none of"),
        (COUNTIES, VILLAGES.assign(poverty=3.0), "poverty is 3.0, must be between 0 and 1"),
        (COUNTIES, VILLAGES.assign(children_2010=-1), "must be 0 or more"),
        (COUNTIES, None, "give its children_2010"),
        (pd.DataFrame([{"county_code": 990101, "children_2010": 5}]), None, "no province has the code 99"),
        (pd.DataFrame([{"county_code": 533124}] * 2), None, "stands twice"),
        (pd.DataFrame([{"county_code": 510199, "children_2010": 5}]), None, "at least one unit"),
        (pd.DataFrame([{"county_code": 533124, "minority_share": 2}]), None, "column minority_share"),
    ],
)
def test_what_cannot_be_simulated_is_refused(
    counties: pd.DataFrame, villages: pd.DataFrame | None, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        own_world("mine", counties, villages)
