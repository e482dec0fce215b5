import pytest

from calibration.fitting import Plan

SIZES = {"rollout": 64, "service": 16}


@pytest.fixture(scope="session")
def small_plan():
    """The whole calibration in seconds: what it finds is worth little, what it does is the same."""

    def planned(name, rows):
        return Plan(SIZES[name], wave_rows=SIZES[name] // 3, most_waves=1, fresh=4, best_of=2, best_seeds=2)

    return planned
