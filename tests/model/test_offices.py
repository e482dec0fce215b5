"""Offices without the programme: busy between half and nine tenths in most counties, heavier where poor."""

import numpy as np
import pytest

from model.codes import OFFICES
from model.offices import poverty_factor, utilisation
from model.parameters import default_parameters, rules_record
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def model():
    return ScaleUpModel(make_scenario(world="pilot_counties", strategy="no_programme", until=0))


def test_most_offices_have_slack_and_few_are_idle(model):
    state = model.state
    shares = utilisation(
        state.counties, state.townships, state.villages, model.background, state.desks, model.tables.services
    )
    poorest = state.counties["poverty"] > np.median(state.counties["poverty"])
    for column, office in enumerate(OFFICES):
        busy = shares[:, column]
        if office == "village":
            assert np.isnan(busy).all()
            continue
        assert np.mean((busy >= 0.5) & (busy <= 0.9)) > 0.5, office
        assert busy[poorest].mean() > busy[~poorest].mean(), office


def test_civil_affairs_follow_poverty_as_far_as_declared():
    unit, poverty, children = np.array([0, 0, 1]), np.array([0.1, 0.3, 0.4]), np.array([300, 100, 50])

    def factor(exponent):
        rules = rules_record(default_parameters().replace(civil_affairs_need_exponent=exponent))[0]
        return poverty_factor(unit, poverty, children, 3, rules) * rules.reference_poor_share**exponent

    assert factor(0.0) == pytest.approx([1, 1, 1])
    assert factor(1.0)[:2] == pytest.approx([0.15, 0.4])
    assert factor(0.5)[:2] == pytest.approx(np.sqrt([0.15, 0.4]))
