"""Commands that look for a good decision: the map of coverage and capacity, fronts, targets."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.experimenting import SOME_FAILED, FailFast, Strategies, Workers, tell
from commands.shared import AsJson, Dask, Language, Stopped, app, files_lines

Draws = Annotated[
    int | None,
    typer.Option("--draws", help="Draws of the posterior; by default one for every seed, 0 for defaults."),
]
Rerun = Annotated[list[str] | None, typer.Option("--rerun", help="Id of a run, or failed.")]


@app.command(name="map", epilog="Example: python run.py map --world teaching --grid 5 --out runs/map")
def map_(
    language: Language,
    world: Annotated[str, typer.Option("--world", help="See `worlds`.")] = "pilot_counties",
    grid: Annotated[int, typer.Option("--grid", help="Points in each direction.")] = 7,
    draws: Draws = None,
    seeds: Annotated[int, typer.Option("--seeds", help="Runs of every point.")] = 4,
    settings: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE; may be repeated.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="New folder, or one in which this map was begun.")
    ] = None,
    workers: Workers = None,
    dask: Dask = "",
    rerun: Rerun = None,
    fail_fast: FailFast = False,
    as_json: AsJson = False,
) -> None:
    """Map outcomes over worker coverage and desk hours: where the bottleneck moves, what to buy next."""
    import datetime as dt

    from experiments.mapped import NothingMappedError
    from experiments.mapped_files import write_map
    from experiments.mapping import check_map, run_map
    from model.parameters import parse_settings
    from model.text import text
    from results.capacity_words import answers

    request = check_map(
        world=world, grid=grid, draws=draws, seeds=seeds, settings=parse_settings(settings or [])
    )  # fmt: skip
    now = dt.datetime.now().astimezone()
    where = out or Path("runs") / f"{now:%Y-%m-%d-%H%M%S}-map"
    try:
        found = run_map(request, where, workers=workers, dask=dask, rerun=rerun or (), fail_fast=fail_fast)
    except KeyboardInterrupt:
        raise Stopped(text("experiment.resume", language)) from None
    except NothingMappedError as error:
        print(text("map.none_left", language, failed=error.failed), file=sys.stderr)
        tell(where, {"failed": error.failed}, 0, language, as_json=False)
        raise typer.Exit(SOME_FAILED) from None
    paths, said = write_map(found, where, language), answers(found.tables(), language)
    if not as_json:
        print("\n".join([*said, *files_lines(paths, language)]))
    more = {"answers": said, "cpu_seconds": found.facts["cpu_seconds"]}
    tell(where, found.facts["counts"], found.facts["made"], language, as_json, more)


@app.command(epilog='Example: python run.py optimise --goal "effective_coverage_share>=.4" --world teaching')
def optimise(
    language: Language,
    problem: Annotated[
        Path | None, typer.Argument(help="YAML file: levers, objectives, budget; see docs/guide/optimise.md.")
    ] = None,
    goal: Annotated[
        str, typer.Option("--goal", help="Target; the least workers and desk hours that reach it are sought.")
    ] = "",
    world: Annotated[str | None, typer.Option("--world", help="With --goal; see `worlds`.")] = None,
    draws: Draws = None,
    seeds: Annotated[int | None, typer.Option("--seeds", help="With --goal: runs of every plan.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="With --goal: NAME=VALUE; may be repeated.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="New folder, or one in which this search was begun.")
    ] = None,
    workers: Workers = None,
    dask: Dask = "",
    rerun: Rerun = None,
    fail_fast: FailFast = False,
    strategies: Strategies = None,
    as_json: AsJson = False,
) -> None:
    """Find the plans that no other beats under a budget, or the least workers and desk hours for a target."""
    import datetime as dt

    from model.problems import InputError, Problem
    from model.text import text

    if bool(goal) == (problem is not None):
        raise InputError([Problem("optimise.both" if goal else "optimise.neither")])
    if problem is not None and (world or draws is not None or seeds is not None or settings):
        raise InputError([Problem("optimise.only_goal")])
    now = dt.datetime.now().astimezone()
    where = out or Path("runs") / f"{now:%Y-%m-%d-%H%M%S}-optimise"
    options: Any = {"workers": workers, "dask": dask, "rerun": rerun or (), "fail_fast": fail_fast}
    try:
        if problem is None:
            found, paths, said = _goal(goal, where, language, options, world, draws, seeds, settings or [])
        else:
            found, paths, said = _front(problem, where, language, options, strategies)
    except KeyboardInterrupt:
        raise Stopped(text("experiment.resume", language)) from None
    if not as_json:
        print("\n".join([*said, *files_lines(paths, language)]))
    tell(where, found.facts["counts"], found.facts["made"], language, as_json, {"answers": said})


def _goal(
    goal: str,
    where: Path,
    language: str,
    options: Any,
    world: str | None,
    draws: int | None,
    seeds: int | None,
    given: list[str],
) -> Any:
    from experiments.front_files import write_goal
    from experiments.seeking import SEEDS, check_goal, run_goal
    from model.parameters import parse_settings
    from model.scenario import DEFAULT_WORLD
    from results.front_words import goal_answers

    request = check_goal(
        goal, world=world or DEFAULT_WORLD, draws=draws, seeds=SEEDS if seeds is None else seeds,
        settings=parse_settings(given),
    )  # fmt: skip
    found = run_goal(request, where, **options)
    return found, write_goal(found, where, language), goal_answers(found.plans, found.facts, language)


def _front(problem: Path, where: Path, language: str, options: Any, strategies: Path | None) -> Any:
    from experiments.front_files import write_front
    from experiments.optimising import run_optimise
    from experiments.problem import read_problem
    from results.front_words import front_answers

    found = run_optimise(read_problem(problem, strategies), where, **options)
    paths = write_front(found, where, str(problem), language)
    return found, paths, front_answers(found.plans, found.facts, language)
