"""Commands that run the model once, or for the demonstration, and write a folder."""

import json
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from commands.shared import AsJson, Dask, Language, Stopped, app, player


@app.command(epilog="Example: python run.py simulate history --world teaching --set desk_fte_factor=1.5")
def simulate(
    language: Language,
    strategy: Annotated[
        str, typer.Argument(help="Name of a shipped strategy, or a strategy file.")
    ] = "history",
    world: Annotated[str, typer.Option("--world", help="See `worlds`.")] = "pilot_counties",
    children: Annotated[
        str, typer.Option("--children", help="all, or none to study the spread alone.")
    ] = "all",
    settings: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE; may be repeated.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Replication.")] = 1,
    until: Annotated[str, typer.Option("--until", help="Last month, inclusive.")] = "2020-12",
    threads: Annotated[int, typer.Option("--threads", min=1, help="Results do not depend on it.")] = 1,
    checkpoint_every: Annotated[
        int, typer.Option("--checkpoint-every", min=0, help="Months between checkpoints; 0 keeps none.")
    ] = 12,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run to --out that was stopped.")
    ] = False,
    profile: Annotated[bool, typer.Option("--profile", help="Print the time of each phase.")] = False,
    dask: Dask = "",
    shards: Annotated[
        int | None, typer.Option("--shards", min=1, help="Parts of the world, with --dask; one per worker.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="New or empty folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Simulate one strategy month by month and write tables, figures and a report."""
    from model.text import text
    from results.simulate import StoppedError, simulate_and_write

    elsewhere = None
    if dask or shards:
        from experiments.sharding import check_for_shards, run_in_shards

        check_for_shards(dask, children, threads, resume=resume, profile=profile)
        elsewhere = partial(run_in_shards, dask=dask, shards=shards)
    try:
        made = simulate_and_write(
            strategy, world, children, settings or [], seed, until, threads, out, language,
            profile=profile, checkpoint_every=checkpoint_every, resume=resume,
            say=lambda message: print(message, file=sys.stderr), player=player(),
            elsewhere=elsewhere,
        )  # fmt: skip
    except StoppedError as stop:
        code = "checkpoint.stopped" if stop.command else "cli.stopped"
        raise Stopped(text(code, language, month=stop.month, command=stop.command)) from None
    if as_json:
        print(json.dumps({"files": [str(path) for path in made.paths], "seconds": made.seconds}, indent=1))
        return
    for phase, seconds in made.seconds.items():
        print(f"{phase:18s} {seconds:8.2f} s")
    print(text("cli.files_written", language))
    for path in made.paths:
        print(path)


@app.command(epilog="Example: python run.py demo --language zh")
def demo(
    language: Language,
    out: Annotated[Path, typer.Option("--out", help="Folder to write to.")] = Path("runs/demo"),
    replications: Annotated[int, typer.Option("--replications", min=2, help="Seeds per strategy.")] = 5,
) -> None:
    """Run the main job: four strategies in the pilot counties on the same random numbers, on one page."""
    from model.text import text
    from results.demo import run_demo

    made = run_demo(out, language, replications)
    print(text("cli.files_written", language))
    for path in made.paths:
        print(path)
