"""Runs of the teaching world that the tests of pictures and pages share."""

import warnings

import pytest


@pytest.fixture(scope="session")
def teaching_view():
    """One run of history in the teaching world, from beginning to end."""
    from model.scale_up import ScaleUpModel
    from model.scenario import make_scenario
    from results.view import view_of

    return view_of(ScaleUpModel(make_scenario(world="teaching", strategy="history", seed=3)).run())


@pytest.fixture(scope="session")
def demo_runs():
    """The runs of the demonstration, in the teaching world and with two seeds."""
    from results.demo_runs import run_all

    return run_all(2, 2, world="teaching", until="2018-12")


@pytest.fixture(autouse=True)
def _missing_letters_are_errors():
    """Matplotlib only warns when its font lacks a letter; here a picture with a blank box fails."""
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*missing from font.*")
        yield
