"""Commands that look for a good decision: the map of coverage and capacity."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from commands.experimenting import SOME_FAILED, Dask, FailFast, Workers, tell
from commands.shared import AsJson, Language, Stopped, app


@app.command(name="map", epilog="Example: python run.py map --world teaching --grid 5 --out runs/map")
def map_(
    language: Language,
    world: Annotated[str, typer.Option("--world", help="See `worlds`.")] = "pilot_counties",
    grid: Annotated[int, typer.Option("--grid", help="Points in each direction.")] = 7,
    seeds: Annotated[int, typer.Option("--seeds", help="Runs of every point.")] = 4,
    settings: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE; may be repeated.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="New folder, or one in which this map was begun.")
    ] = None,
    workers: Workers = None,
    dask: Dask = "",
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

    request = check_map(world=world, grid=grid, seeds=seeds, settings=parse_settings(settings or []))
    now = dt.datetime.now().astimezone()
    where = out or Path("runs") / f"{now:%Y-%m-%d-%H%M%S}-map"
    try:
        found = run_map(request, where, workers=workers, dask=dask, fail_fast=fail_fast)
    except KeyboardInterrupt:
        raise Stopped(text("experiment.resume", language)) from None
    except NothingMappedError as error:
        print(text("map.none_left", language, failed=error.failed), file=sys.stderr)
        tell(where, {"failed": error.failed}, 0, language, as_json=False)
        raise typer.Exit(SOME_FAILED) from None
    paths, said = write_map(found, where, language), answers(found.tables(), language)
    if not as_json:
        print("\n".join(said))
        print(text("cli.files_written", language))
        print("\n".join(map(str, paths)))
    more = {"answers": said, "cpu_seconds": found.facts["cpu_seconds"]}
    tell(where, found.facts["counts"], found.facts["made"], language, as_json, more)
