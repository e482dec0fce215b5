"""Problems of optimisation: a design whose levers may be anything in a range, with what is wanted of them.

Example::

    world: teaching
    strategies: [history]
    levers:
      parameters:
        desk_fte_factor: {low: 0.5, high: 3}
        part_time_posts_share: {low: 0.5, high: 1}
    replications: 4
    optimise:
      objectives: [effective_coverage_share, programme_yuan]
      budget_yuan: 400000

Everything but ``optimise`` is read as in a sweep (:mod:`experiments.design`); one strategy is named, and
levers are ranges or lists to choose from. Which way an objective is better is declared with the measure;
money of the programme is better when less is spent. Without ``uncertain`` every replication has a draw of
the posterior of its own, and every fresh replication one that the search never saw; ``uncertain: {draws: 0}``
keeps the point defaults.
"""

import dataclasses
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from experiments.design import FAMILIES, DesignReader, Whole
from experiments.draws import Axis, Sampling
from experiments.study import Study
from model.problems import InputError, nearest
from model.reading import Document, read_yaml
from results.measures.catalogue import catalogue

BLOCK = "optimise"
BUDGET = "programme_yuan"
"""The outcome that a budget limits: what somebody decides to spend, over the whole run."""
FEWEST_OBJECTIVES, MOST_OBJECTIVES = 2, 4


class Block(BaseModel):
    """What is wanted, and how long it is looked for."""

    model_config = ConfigDict(extra="forbid")

    objectives: Annotated[list[str], Field(min_length=FEWEST_OBJECTIVES, max_length=MOST_OBJECTIVES)]
    budget_yuan: Annotated[float, Field(gt=0)] | None = None
    population: Annotated[Whole, Field(ge=4, le=1_000)] = 16
    generations: Annotated[Whole, Field(le=10_000)] = 8
    seed: Annotated[int, Field(strict=True, ge=0)] = 1
    fresh_replications: Annotated[Whole, Field(le=1_000)] = 8
    fresh_draws: Annotated[int, Field(strict=True, ge=0, le=100_000)] = 0


class OptimisationProblem(NamedTuple):
    """A problem that was checked and can be solved."""

    study: Study
    levers: tuple[Axis, ...]
    uncertain: Sampling | None
    replications: int
    wanted: Block

    @property
    def base(self) -> str:
        """Name of the strategy whose levers are set."""
        return next(iter(self.study.candidates))

    def sign(self, outcome: str) -> int:
        """Return 1 where less of an outcome is better, −1 where more is."""
        return -1 if catalogue().measures[outcome].better == "higher" else 1


def read_problem(path: Path, strategies: Path | None = None) -> OptimisationProblem:
    """Read and check a problem; ``strategies`` is a folder of the user's own.

    Raises
    ------
    InputError
        With everything that is wrong, in file and line.
    """
    return _ProblemReader(read_yaml(path), Path(path), strategies).problem()


class _ProblemReader(DesignReader):
    """Reads the design of a problem and what is wanted."""

    def problem(self) -> OptimisationProblem:
        whole = self.document
        content = dict(whole.value) if isinstance(whole.value, dict) else {}
        block = content.pop(BLOCK, None)
        self.document = dataclasses.replace(whole, value=content or whole.value)
        wanted = self.wanted(block, whole)
        if not isinstance(content.get("levers"), dict):
            self.problems.append(whole.problem("design.missing", key="levers"))
        elif content["levers"].get("method") or content["levers"].get("table"):
            self.problems.append(whole.problem("optimise.levers", "levers"))
        if len(content.get("strategies") or [""]) != 1:
            self.problems.append(whole.problem("optimise.one_strategy", "strategies"))
        parts = self.parts()  # raises all problems
        if wanted is None or parts.levers is None:
            raise InputError(self.problems)
        if self.is_silent(content) and parts.uncertain:  # a fresh seed with a fresh draw, likewise
            fresh = {"fresh_draws": wanted.fresh_draws or wanted.fresh_replications, "fresh_replications": 1}
            wanted = wanted.model_copy(update=fresh)
        return OptimisationProblem(
            parts.study, parts.levers.axes, parts.uncertain, parts.replications, wanted
        )

    def wanted(self, block: Any, whole: Document) -> Block | None:
        """Check the block of what is wanted; None where it is wrong."""
        if not isinstance(block, dict):
            self.problems.append(whole.problem("design.missing", key=BLOCK))
            return None
        try:
            found = Block.model_validate({key: value for key, value in block.items() if value is not None})
        except ValidationError as error:
            for each in error.errors():
                self.problems.append(_told(each, whole))
            return None
        known = {name for name, entry in catalogue().measures.items() if entry.better != "neither"} | {BUDGET}
        wrong = [
            whole.problem("compare.outcome", BLOCK, "objectives", k, name=name, nearest=nearest(name, known))
            for k, name in enumerate(found.objectives)
            if name not in known
        ]
        if len(set(found.objectives)) < len(found.objectives):
            wrong.append(whole.problem("optimise.doubled", BLOCK, "objectives"))
        self.problems += wrong
        return None if wrong else found


def _told(found: Any, whole: Document) -> Any:
    """Say one finding of pydantic in our words, at its place."""
    place = (BLOCK, *found["loc"])
    if found["type"] in ("too_short", "too_long"):
        values = {"low": FEWEST_OBJECTIVES, "high": MOST_OBJECTIVES}
        return whole.problem("optimise.objectives", *place, **values)
    code = FAMILIES.get(found["type"], "optimise.number")
    hint = nearest(str(place[-1]), Block.model_fields) if code == "file.unknown_key" else ""
    return whole.problem(code, *place, key=place[-1], value=found["input"], choices="", nearest=hint)
