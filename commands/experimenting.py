"""Commands that make many runs: strategies compared, designs swept."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.shared import AsJson, Language, Stopped, app

SOME_FAILED = 1
SHOWN_FAILURES = 10

Workers = Annotated[
    int | None, typer.Option("--workers", min=1, help="Processes; by default one per processor.")
]
Dask = Annotated[
    str, typer.Option("--dask", help="Address of a cluster's scheduler, or local to start one here.")
]
FailFast = Annotated[bool, typer.Option("--fail-fast", help="Stop at the first run that fails.")]
Strategies = Annotated[
    Path | None,
    typer.Option("--strategies", help="Folder with your own strategies; ./strategies if it exists."),
]


@app.command(epilog="Example: python run.py sweep design.yaml --out runs/sweep")
def sweep(
    language: Language,
    design: Annotated[Path, typer.Argument(help="YAML file; see docs/guide/experiments.md.")],
    out: Annotated[Path, typer.Option("--out", help="New folder, or one in which this sweep was begun.")],
    workers: Workers = None,
    dask: Dask = "",
    expand: Annotated[int, typer.Option("--expand", min=0, help="So many more draws or replications.")] = 0,
    rerun: Annotated[list[str] | None, typer.Option("--rerun", help="Id of a run, or failed.")] = None,
    fail_fast: FailFast = False,
    strategies: Strategies = None,
    as_json: AsJson = False,
) -> None:
    """Run a design of uncertain numbers and levers; the same command goes on where it stopped."""
    from experiments.sweeping import run_sweep
    from model.text import text

    try:
        made = run_sweep(
            design, out, workers=workers, dask=dask, expand=expand, rerun=rerun or (), fail_fast=fail_fast,
            strategies=strategies, language=language,
        )  # fmt: skip
    except KeyboardInterrupt:
        raise Stopped(text("experiment.resume", language)) from None
    tell(made.folder, made.counts, made.outcome.made, language, as_json)


def tell(folder: Path, counts: dict[str, int], made: int, language: str, as_json: bool, **more: Any) -> None:
    """Print what stands in a folder of runs; exit with status 1 where runs failed."""
    from experiments.store import failures
    from model.text import text

    done, failed = counts.get("done", 0), counts.get("failed", 0)
    told = {"folder": str(folder), "done": done, "failed": failed, "all": sum(counts.values()), "made": made}
    if as_json:
        print(json.dumps(told | more, ensure_ascii=False, indent=1))
    else:
        print(text("experiment.counts", language, **told))
        print(folder)
    if failed:
        print(text("experiment.failed", language), file=sys.stderr)
        for row in failures(folder).head(SHOWN_FAILURES).to_dict("records"):
            last = str(row["error"]).strip().splitlines()[-1]
            print(
                f"{row['id']}  {row['strategy']}  {row['draw']}  {row['replication']}  {last}",
                file=sys.stderr,
            )
        print(text("experiment.again", language), file=sys.stderr)
        raise typer.Exit(SOME_FAILED)
