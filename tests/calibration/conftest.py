import sys

import pytest

from calibration import posterior
from calibration.calibrating import run_calibration
from calibration.fitting import Plan

SIZES = {"rollout": 64, "service": 16}
files: list[str] = []
watching: list[bool] = []


def _watch(event, arguments):
    if watching and event == "open" and isinstance(arguments[0], str):
        files.append(arguments[0])


sys.addaudithook(_watch)


@pytest.fixture(scope="session")
def small_plan():
    """The whole calibration in seconds: what it finds is worth little, what it does is the same."""

    def planned(name, rows):
        return Plan(
            SIZES[name],
            wave_rows=SIZES[name] // 3,
            most_waves=1,
            aimed=name == "service",
            fresh=4,
            best_of=2,
            best_seeds=2,
            right_fits=3,
            right_draws=2,
        )

    return planned


@pytest.fixture(scope="session")
def made(tmp_path_factory, small_plan):
    """A folder with a whole calibration in ``out``, shipped to ``shipped``, and what was returned."""
    folder = tmp_path_factory.mktemp("calibration")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(posterior, "SHIPPED", folder / "shipped" / "posterior.csv")
        (folder / "shipped").mkdir()
        watching.append(True)
        try:
            found = run_calibration(folder / "out", check=True, workers=1, planned=small_plan, shipped=True)
        finally:
            watching.clear()
    return folder, found


@pytest.fixture(scope="session")
def opened(made):
    """Every file that was opened during that calibration."""
    return list(files)
