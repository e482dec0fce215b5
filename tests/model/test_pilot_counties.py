"""The default world: its counties pass through both censuses, and the pilot's outputs are of the right size.

What the pilot reported is compared before any fitting, within a factor of one and a half.
"""

import numpy as np
import pytest

from columns.layout import ADMITTED, N_STATES, SERVED, UNMET
from columns.tallies import FLOWS
from model.calendar import month_index
from model.observation import COUNTY_MEASURES, STRATA
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario

pytestmark = pytest.mark.statistical

WITHIN = 1.5
REPORTED = {  # O01 to O04: children helped to file for the first time, 2010-08 to 2014-11, 120 villages
    "hukou": 3_350,
    "orphan_allowance": 6_649,
    "subsistence_allowance": 8_083,
    "disability_subsidy": 708,
}
OUT_OF_SCHOOL = np.array([0.053, 0.018])  # O05, O06: before and after
FIRST, LAST = month_index("2010-08"), month_index("2014-11")


@pytest.fixture(scope="module")
def model():
    return ScaleUpModel(make_scenario(until=month_index("2020-11"))).run()


def pilot(model, months):
    return model.observed.strata[months, STRATA.index("pilot")]


@pytest.mark.parametrize("service", REPORTED)
def test_children_helped_to_file_in_the_pilot(model, service):
    flow = N_STATES + FLOWS.index("filed_helped_first")
    helped = pilot(model, slice(FIRST, LAST + 1))[:, model.scenario.services.index(service), flow].sum()
    assert REPORTED[service] / WITHIN <= helped <= REPORTED[service] * WITHIN


def test_dropout_in_the_pilot_falls_as_reported(model):
    rows = pilot(model, [0, LAST])[:, model.scenario.services.index("school"), :N_STATES]
    eligible = rows[:, 1:].sum(axis=1)
    back = rows[:, [ADMITTED, SERVED]].sum(axis=1)
    out = (rows[:, UNMET:].sum(axis=1) - back) / eligible
    assert np.all(out / OUT_OF_SCHOOL <= WITHIN)
    assert np.all(out / OUT_OF_SCHOOL >= 1 / WITHIN)


@pytest.mark.parametrize(("month", "census"), [("2010-11", "children_2010"), ("2020-11", "children_2020")])
def test_every_county_has_the_children_of_its_census(model, month, census):
    table = model.world.table
    children = model.observed.counties[month_index(month), :, COUNTY_MEASURES.index("children")]
    comparable = table["boundary_changed"].to_numpy() == 0
    assert comparable.sum() >= 10
    assert children[comparable] == pytest.approx(table[census].to_numpy()[comparable], rel=0.01)
