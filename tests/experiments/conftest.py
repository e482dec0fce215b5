"""Small studies and designs that the tests of experiments share."""

import textwrap

import pytest

from experiments.study import Candidate, Study
from model.strategy_file import load_strategy

UNTIL = 20


@pytest.fixture
def study():
    """Two strategies in the smallest world."""
    names = ("history", "workers_without_desks")
    return Study("four_villages", UNTIL, {name: Candidate(name, load_strategy(name)) for name in names})


@pytest.fixture
def design(tmp_path):
    """Writes a design file; the text is dedented."""

    def write(text):
        path = tmp_path / "design.yaml"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    return write


SMALL = """
    world: four_villages
    until: 2011-12
    strategies: [history, no_programme]
    replications: 2
    uncertain:
      method: latin_hypercube
      draws: 3
      parameters:
        find_multiplier:
        visit_hours: {low: 0.5, high: 2}
    levers:
      parameters:
        desk_fte_factor: [0.5, 1]
"""
