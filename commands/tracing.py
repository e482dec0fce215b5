"""The command that follows one child with and without the worker."""

from pathlib import Path
from typing import Annotated

import typer

from commands.shared import Language, app


@app.command(epilog="Example: python run.py trace history --story found_and_waiting --out runs/trace")
def trace(
    language: Language,
    strategy: Annotated[str, typer.Argument(help="The world with the worker.")] = "history",
    world: Annotated[str, typer.Option("--world", help="See `worlds`; small ones are quick.")] = "teaching",
    child: Annotated[str, typer.Option("--child", help="Id of a child, instead of a story.")] = "",
    story: Annotated[
        str,
        typer.Option(
            "--story",
            help="left_behind_no_papers, disabled_subsidy, found_and_waiting, pushed_back or nobody_came.",
        ),
    ] = "left_behind_no_papers",
    settings: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE; may be repeated.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Replication.")] = 1,
    until: Annotated[str, typer.Option("--until", help="Last month, inclusive.")] = "2020-12",
    out: Annotated[Path | None, typer.Option("--out", help="New or empty folder for a page.")] = None,
) -> None:
    """Follow one invented child, month by month, with the worker and in a world without."""
    from model.parameters import parse_settings
    from model.scenario import make_scenario
    from model.text import text
    from results.trace import sentences, trace, who, write_trace
    from results.wording import month_name
    from results.write import check_folder

    scenario = make_scenario(world, strategy, parse_settings(settings or []), seed, until)
    if out is not None:
        check_folder(out)
    told = "" if child else story
    life = trace(scenario, story, child)
    if out is not None:
        print(text("cli.files_written", language))
        for path in write_trace(scenario, life, told, out, language):
            print(path)
        return
    labels = {row.name: row.label.in_language(language) for row in scenario.services.rows}
    print(who(life, language))
    for head, steps in (("life.with", life.with_worker), ("life.without", life.without)):
        print(f"\n{text(head, language)}")
        for month in sorted({step.month for step in steps}):
            said = " ".join(sentences(steps, month, labels, language))
            print(f"  {month_name(month, language)}  {said}")
    print()
    values = {"with_worker": life.unmet_with, "without": life.unmet_without}
    print(text("life.answer", language, **values, last=month_name(scenario.until, language)))
