"""What is asked of a comparison: checked as a whole before anything runs."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from experiments.draws import Axis, DrawTable, Sampling, latin_hypercube, write_draws
from experiments.identity import same_of
from experiments.posterior import posterior_rows, shipped_posterior
from experiments.store import DRAWS
from experiments.strategies import find_strategies
from experiments.study import Candidate, Job, Study
from experiments.tables import read_rows
from model.calendar import MonthError, month_index, month_text
from model.declarations import Value, declarations
from model.parameters import check_values
from model.problems import InputError, Problem, nearest
from model.scenario import DEFAULT_UNTIL, DEFAULT_WORLD, world_names
from model.strategy_file import load_strategy
from results.league import MAIN
from results.measures.catalogue import catalogue, measure

KIND = "compare"
AUTO = "auto"
DEFAULT_DRAWS = 100
"""Of the shipped posterior, or of the user's table; what is not known weighs more than chance."""
DEFAULT_REPLICATIONS, DRAWN_REPLICATIONS = 30, 2
"""Seeds without draws; seeds of each draw, two so that chance can be told from what is not known."""
MOST_REPLICATIONS = 400
DECOMPOSED = 10
"""Runs that the decomposition rests on: its intervals are narrow, and it costs one run more per strategy."""
BASE = "no_programme"
POLICIES = "other_policies"
ALONE = f"{POLICIES}=false"
"""What stands after the name of a strategy that is run without the policies outside the programme."""


class Request(NamedTuple):
    """A comparison that was checked and can be run."""

    study: Study
    names: tuple[str, ...]
    arms: tuple[str, ...]
    replications: int
    auto: bool
    draws: int
    draws_from: Path | None
    outcome: str


REQUEST_OPTIONS = (
    "world", "draws", "draws_from", "replications", "settings", "until", "folder", "decompose", "outcome"
)  # fmt: skip


def check_request(
    strategies: Sequence[str],
    *,
    world: str = DEFAULT_WORLD,
    draws: int | None = None,
    draws_from: Path | None = None,
    replications: int | str | None = None,
    settings: Mapping[str, object] | None = None,
    until: str | int = DEFAULT_UNTIL,
    folder: Path | None = None,
    decompose: bool = True,
    outcome: str = MAIN,
) -> Request:
    """Check everything about a comparison before anything runs.

    Parameters
    ----------
    draws
        Draws of uncertain numbers, 0 for point defaults. By default 100 of the shipped posterior, or as many
        of the rows of ``draws_from``; 0 before there is a posterior.
    draws_from
        Table or folder they come from (another posterior, or draws of a sweep). Without it they are draws of
        the shipped posterior; before there is one, a Latin hypercube over the declared ranges of the
        calibrated parameters: what is plausible, not what data say.
    replications
        Of each draw, or "auto": until the half-width of the main difference is under a tenth of it. By
        default 30 without draws, 2 with them.
    settings
        Numbers held in every run.
    folder
        With strategies of the user.
    decompose
        Whether to run each strategy a few times without the policies outside the programme as well.
    outcome
        What "auto" looks at and the league is sorted by.

    Raises
    ------
    InputError
        With all problems at once.
    """
    problems = world_problems(world)
    held, wrong = check_values(settings or {})
    problems += wrong
    last = 0
    try:
        last = month_index(until)
    except MonthError as error:
        problems.append(Problem(error.code, {"value": error.value}))
    if outcome not in catalogue().measures or measure(outcome).better == "neither":
        known = [name for name, entry in catalogue().measures.items() if entry.better != "neither"]
        problems.append(Problem("compare.outcome", {"name": outcome, "nearest": nearest(outcome, known)}))
    drawn = 0
    try:
        drawn = n_draws_of(draws, draws_from)
    except InputError as error:
        problems += error.problems
    auto = replications == AUTO
    default = DRAWN_REPLICATIONS if drawn else DEFAULT_REPLICATIONS
    number = default if replications is None or auto else replications
    if type(number) is not int or not 1 <= number <= MOST_REPLICATIONS:
        problems.append(Problem("compare.replications", {"value": replications, "most": MOST_REPLICATIONS}))
        number = 1
    found = {}
    try:
        found = find_strategies(strategies, folder)
    except InputError as error:
        problems += error.problems
    if len(strategies) < 2:
        problems.append(Problem("compare.one", {}))
    if problems:
        raise InputError(problems)
    candidates = {name: Candidate(name, strategy) for name, strategy in found.items()}
    arms = arms_of(candidates) if decompose and POLICIES not in held else {}
    study = Study(
        world=world,
        until=last,
        candidates={**candidates, **arms},
        parameters=held,
        reference=next(iter(candidates)),
        seeds="separate",
        details=True,
    )
    return Request(study, tuple(candidates), tuple(arms), int(number), auto, drawn, draws_from, outcome)


def n_draws_of(draws: int | None, draws_from: Path | None = None) -> int:
    """Return how many draws are meant where the user may have said nothing."""
    if draws is not None:
        return draws
    if draws_from is not None:
        return len(read_rows(draws_from, DEFAULT_DRAWS))
    return DEFAULT_DRAWS if shipped_posterior() else 0


def world_problems(world: Any) -> list[Problem]:
    """Return what is wrong with the name of a world; nothing with one that is built."""
    if not isinstance(world, str) or world in world_names():
        return []
    names = world_names()
    values = {"name": world, "choices": ", ".join(names), "nearest": nearest(world, names)}
    return [Problem("scenario.world", values)]


def arms_of(candidates: Mapping[str, Candidate]) -> dict[str, Candidate]:
    """Return the further runs of a decomposition: no programme, and all without the policies outside it."""
    programmes = dict(candidates)
    if BASE not in programmes:
        programmes[BASE] = Candidate(BASE, load_strategy(BASE))
    alone = {
        f"{name} {ALONE}": Candidate(f"{name} {ALONE}", each.strategy, {POLICIES: False})
        for name, each in programmes.items()
    }
    return {BASE: programmes[BASE], **alone} if BASE not in candidates else alone


def about_of(request: Request) -> dict[str, Any]:
    """Return what ``experiment.json`` says of a comparison; strategies and replications may grow."""
    study = request.study
    return {
        "same": same_of(
            KIND,
            study,
            until=month_text(study.until),
            draws=request.draws,
            draws_from=str(request.draws_from or ""),
            reference=study.reference,
        ),
        "strategies": list(request.names),
        "outcome": request.outcome,
    }


def draw_table(request: Request, folder: Path) -> DrawTable:
    """Write the draws of a comparison if they are not there yet, and return them."""
    path = folder / DRAWS
    if not request.draws:
        return DrawTable(None)
    if not path.is_file():
        rows = drawn_rows(request)
        write_draws(path, list(dict.fromkeys(name for row in rows for name in row)), iter(rows))
    return DrawTable(path)


def drawn_rows(request: Request) -> list[dict[str, Value]]:
    """Return the draws: rows of the user's table, of the shipped posterior, or of a Latin hypercube.

    Raises
    ------
    InputError
        If the table has fewer rows than draws are wanted.
    """
    if request.draws_from is not None:
        rows = read_rows(request.draws_from, request.draws)
        if len(rows) < request.draws:
            raise InputError([Problem("compare.few_draws", {"n": len(rows), "wanted": request.draws})])
        return rows
    if shipped_posterior() is not None:
        return posterior_rows(request.draws, request.study.parameters)
    axes = tuple(
        Axis(name, float(each.low or 0.0), float(each.high or 0.0), each.scale == "log")
        for name, each in declarations().items()
        if each.kind == "calibrated" and name not in request.study.parameters
    )
    return list(latin_hypercube(Sampling("latin_hypercube", axes, draws=request.draws)))


def jobs_of(request: Request, draws: DrawTable, replications: range) -> Iterator[Job]:
    """Return the runs of all strategies, and those of the decomposition for the first few."""
    for draw, drawn in draws:
        for replication in replications:
            few = (draw - 1 if draw else 0) * len(replications) + replication <= DECOMPOSED
            names = (*request.names, *request.arms) if few else request.names
            yield from request.study.jobs(iter([(draw, drawn)]), range(replication, replication + 1), names)
