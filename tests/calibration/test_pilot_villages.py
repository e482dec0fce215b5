"""The 120 pilot villages alone put out what they put out among all villages of their counties."""

import numpy as np
import pytest

from calibration.blocks import block_of, pilot_outputs
from calibration.pilot_villages import PilotModel, pilot_places
from columns.layout import FILED_ALONE, FILED_HELPED
from model.declarations import declarations
from model.observation import STRATA
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario

pytestmark = pytest.mark.statistical

WITHIN, QUEUE_WITHIN = 0.12, 0.4
JAMMED = ("orphan_allowance", "subsistence_allowance")
"""At these desks the pilot's own cases make the queue."""


@pytest.fixture(scope="module")
def both():
    scenario = make_scenario("pilot_counties", until="2014-12", seed=3)
    return PilotModel(scenario).run(), ScaleUpModel(scenario).run()


def test_the_world_is_the_pilot(both):
    alone, whole = both
    assert len(alone.state.villages) == whole.state.villages.pilot.sum() == 120
    pilot = whole.state.villages.pilot == 1
    assert alone.state.villages.poverty.tolist() == whole.state.villages.poverty[pilot].tolist()
    apart = alone.world.children_2010() - whole.world.children_2010()[pilot]
    assert np.abs(apart).max() <= 1, "whole children are divided by another remainder"


def test_outputs_agree(both):
    targets = block_of("service").targets
    alone, whole = (pilot_outputs(model, targets) for model in both)
    for name, value in whole.items():
        assert alone[name] == pytest.approx(value, rel=WITHIN), name


@pytest.mark.parametrize("service", JAMMED)
def test_queues_agree(both, service):
    waiting = [
        model.observed.strata[
            12:, STRATA.index("pilot"), model.scenario.services.index(service)
        ][:, [FILED_ALONE, FILED_HELPED]].sum()
        for model in both
    ]  # fmt: skip
    assert waiting[0] == pytest.approx(waiting[1], rel=QUEUE_WITHIN)


def test_without_the_load_of_others_queues_are_shorter(both, monkeypatch):
    """The background load is what makes the queue for the subsistence allowance."""
    alone, _ = both
    places = pilot_places()
    free = places._replace(others_minutes=np.zeros_like(places.others_minutes))
    monkeypatch.setattr("calibration.pilot_villages.pilot_places", lambda: free)
    model = PilotModel(alone.scenario).run()
    column = model.scenario.services.index("subsistence_allowance")
    queues = [
        each.observed.strata[12:, STRATA.index("pilot"), column][:, [FILED_ALONE, FILED_HELPED]].sum()
        for each in (model, alone)
    ]
    assert queues[0] < 0.5 * queues[1]


def test_draws_that_change_the_places_change_only_what_they_say(both):
    poor = PilotModel(
        make_scenario("pilot_counties", until="2014-12", seed=3, parameters={"poverty_pilot_share": 0.3})
    )
    children = poor.world.children_2010()
    mean = np.average(poor.world.villages["poverty"], weights=children)
    assert mean == pytest.approx(0.3, abs=1e-4)
    usual = np.average(pilot_places().world.villages["poverty"], weights=children)
    assert usual == pytest.approx(declarations()["poverty_pilot_share"].default, abs=1e-4)
