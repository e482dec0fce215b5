"""Commands that make many runs: strategies compared, designs swept."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from commands.shared import AsJson, Dask, Language, Stopped, app, compared_player, files_lines, player

SOME_FAILED = 1
SHOWN_FAILURES = 10
LONG_SECONDS = 30
"""Work that takes longer is announced."""

Workers = Annotated[
    int | None, typer.Option("--workers", min=1, help="Processes; by default one per processor.")
]
FailFast = Annotated[bool, typer.Option("--fail-fast", help="Stop at the first run that fails.")]
Strategies = Annotated[
    Path | None,
    typer.Option("--strategies", help="Folder with your own strategies; ./strategies if it exists."),
]


@app.command(epilog="Example: python run.py compare no_programme history poorest_first --world teaching")
def compare(
    language: Language,
    strategies: Annotated[
        list[str], typer.Argument(help="Two or more; the first is what the others are compared with.")
    ],
    world: Annotated[str, typer.Option("--world", help="See `worlds`.")] = "pilot_counties",
    draws: Annotated[
        int | None,
        typer.Option("--draws", min=0, help="Draws of uncertain numbers (100); 0 for point defaults."),
    ] = None,
    draws_from: Annotated[
        Path | None, typer.Option("--draws-from", help="Table or folder with draws, such as a posterior.")
    ] = None,
    replications: Annotated[
        str | None,
        typer.Option("--replications", help="Seeds per draw, or auto; 30, or 2 with draws."),
    ] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE; may be repeated.")] = None,
    until: Annotated[str, typer.Option("--until", help="Last month, inclusive.")] = "2020-12",
    out: Annotated[
        Path | None, typer.Option("--out", help="New folder, or one in which this comparison was begun.")
    ] = None,
    outcome: Annotated[
        str, typer.Option("--outcome", help="What auto looks at.")
    ] = "effective_coverage_share",
    decompose: Annotated[
        bool, typer.Option("--decompose/--no-decompose", help="Trend, other policy and programme apart.")
    ] = True,
    workers: Workers = None,
    dask: Dask = "",
    fail_fast: FailFast = False,
    folder: Strategies = None,
    as_json: AsJson = False,
) -> None:
    """Compare strategies on the same random numbers and write tables, figures and a report."""
    import datetime as dt

    from experiments.asking import check_request
    from experiments.compared import ComparisonError
    from experiments.compared_files import told, write_comparison
    from experiments.comparing import run_comparison
    from experiments.played import record_compared
    from model.parameters import parse_settings
    from model.text import text

    number = int(replications) if replications and replications.isdigit() else replications
    request = check_request(
        strategies, world=world, draws=draws, draws_from=draws_from, replications=number,
        settings=parse_settings(settings or []), until=until, folder=folder, decompose=decompose,
        outcome=outcome,
    )  # fmt: skip
    now = dt.datetime.now().astimezone()
    where = out or Path("runs") / f"{now:%Y-%m-%d-%H%M%S}-compare"
    try:
        compared = run_comparison(
            request, where, workers=workers, dask=dask, fail_fast=fail_fast,
            told=lambda found, cost: warn(found, cost, bool(request.draws), language),
        )  # fmt: skip
    except KeyboardInterrupt:
        raise Stopped(text("experiment.resume", language)) from None
    except ComparisonError as error:
        print(text("compare.none_left", language, failed=error.failed), file=sys.stderr)
        tell(where, {"failed": error.failed}, 0, language, as_json=False)
        raise typer.Exit(SOME_FAILED) from None
    if compared_player():
        record_compared(compared, request.study, where)
    paths = write_comparison(compared, request, where, language, compared_player())
    facts = {key: value for key, value in compared.facts.items() if key != "concerns"}
    if not as_json:
        print("\n".join([*told(compared, language), *files_lines(paths, language)]))
    tell(where, facts.pop("counts"), facts.pop("made"), language, as_json, facts)


def warn(found: list[Any], cost: Any, drawn: bool, language: str) -> None:
    """Say what the runs will cost, and what plans ask for and cannot have, with the names of strategies."""
    from model.text import text
    from results.strategy_words import strategy_name
    from results.wording import listing

    if cost.seconds >= LONG_SECONDS:
        print(cost_sentence(cost, language), file=sys.stderr)
        if drawn:
            print(text("experiment.cost.point", language), file=sys.stderr)
    if not found:
        return
    lines: dict[str, list[str]] = {}
    for strategy, problem in found:
        lines.setdefault(problem.text(language), []).append(strategy_name(strategy, language))
    print(text("feasible.head", language), file=sys.stderr)
    for line, names in lines.items():
        print(f"- {listing(names, language)}{text('page.colon', language)}{line}", file=sys.stderr)


def cost_sentence(cost: Any, language: str) -> str:
    """Say how many runs there are and about how long they take."""
    from model.text import text
    from results.wording import number

    minutes = {name: number(getattr(cost, name) / 60, language, 2) for name in ("cpu_seconds", "seconds")}
    return text("experiment.cost", language, n=cost.runs, cpu=minutes["cpu_seconds"], wall=minutes["seconds"])


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
    from experiments.design import read_design
    from experiments.sweeping import run_sweep
    from model.text import text

    try:
        made = run_sweep(
            design, out, workers=workers, dask=dask, expand=expand, rerun=rerun or (), fail_fast=fail_fast,
            strategies=strategies, language=language,
        )  # fmt: skip
    except KeyboardInterrupt:
        raise Stopped(text("experiment.resume", language)) from None
    if made.counts.get("done"):
        report_swept(made.folder, language, as_json, read_design(design, strategies).study)
    tell(made.folder, made.counts, made.outcome.made, language, as_json)


def report_swept(folder: Path, language: str, as_json: bool, study: Any) -> None:
    """Write the report of a sweep; where failures leave nothing to compare, the counts tell of it."""
    from experiments.swept_files import write_swept
    from model.problems import InputError

    try:
        paths = write_swept(folder, language, player(), study)
    except InputError as error:
        print("\n".join(error.messages(language)), file=sys.stderr)
        return
    if not as_json:
        print("\n".join(files_lines(paths[:1], language)))


def tell(
    folder: Path,
    counts: dict[str, int],
    made: int,
    language: str,
    as_json: bool,
    more: dict[str, Any] | None = None,
) -> None:
    """Print what stands in a folder of runs; exit with status 1 where runs failed."""
    from experiments.store import failures
    from model.text import text

    done, failed = counts.get("done", 0), counts.get("failed", 0)
    told: dict[str, Any] = {"folder": str(folder), "done": done, "failed": failed}
    told |= {"all": sum(counts.values()), "made": made}
    if as_json:
        print(json.dumps(told | (more or {}), ensure_ascii=False, indent=1))
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
