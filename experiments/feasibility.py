"""What of the plans of a study cannot be done, said before it runs."""

from typing import NamedTuple

from experiments.study import Study
from model.problems import Problem
from model.scale_up import ScaleUpModel
from results.feasibility import shortages


class Concern(NamedTuple):
    """Something a strategy asks for and cannot have."""

    strategy: str
    problem: Problem


def concerns(study: Study) -> list[Concern]:
    """Return what cannot be done of the candidates of a study, strategy by strategy."""
    return [
        Concern(name, problem)
        for name in study.candidates
        for problem in shortages(ScaleUpModel(study.scenario(name, {}, 1)))
    ]
