"""Commands that make reports and workbooks of what was simulated."""

from pathlib import Path
from typing import Annotated

import typer

from commands.shared import Language, app, compared_player, player


@app.command(epilog="Example: python run.py report runs/my_run --workbook --language zh")
def report(
    language: Language,
    folder: Annotated[Path, typer.Argument(help="Folder of a finished run, comparison or sweep.")],
    workbook: Annotated[
        bool, typer.Option("--workbook", help="Write a workbook with live formulas too.")
    ] = False,
) -> None:
    """Make the report of a finished run anew, offline and printable; with a workbook if wanted."""
    from model.problems import InputError, Problem
    from model.text import text
    from results.again import compared_workbook, is_comparison, report_again

    without = ("map.json", "design.yaml", "optimise.json")
    if workbook and any((folder / name).is_file() for name in without):
        raise InputError([Problem("report.no_workbook", {"folder": str(folder)})])
    if (folder / "map.json").is_file():
        from experiments.mapped_files import map_again

        made = map_again(folder, language)[:1]
    elif (folder / "experiment.json").is_file() and (folder / "design.yaml").is_file():
        from experiments.swept_files import write_swept

        made = write_swept(folder, language, player())[:1]
    elif (folder / "optimise.json").is_file():
        from experiments.front_files import decision_again

        made = decision_again(folder, language)[:1]
    elif is_comparison(folder):
        from experiments.comparing_again import comparison_again

        made = comparison_again(folder, language, player=compared_player())[:1]
        made += [compared_workbook(folder, language)] if workbook else []
    else:
        made = report_again(folder, language, workbook, player())
    print(text("cli.files_written", language))
    for path in made:
        print(path)
