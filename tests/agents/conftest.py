"""Small worlds under the shipped history, at any month."""

from collections.abc import Callable
from typing import Any

import pytest

from model.scale_up import ScaleUpModel
from model.scenario import make_scenario


@pytest.fixture
def start() -> Callable[..., ScaleUpModel]:
    """Make a model and run it for some months."""

    def make(world: object = "four_villages", months: int = 0, **options: Any) -> ScaleUpModel:
        log_events = bool(options.pop("log_events", False))
        scenario = make_scenario(world=world, **{"until": 120, "seed": 3, **options})
        model = ScaleUpModel(scenario, log_events=log_events)
        if months:
            model.run_for(months)
        return model

    return make
