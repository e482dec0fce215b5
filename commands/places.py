"""Commands for places of the user's own: a template, a check, an import."""

from pathlib import Path
from typing import Annotated

import typer

from commands.shared import CANNOT_BE_DONE, AsJson, Language, app, say

group = typer.Typer(help="Places of your own: write a template, check it, import it.", no_args_is_help=True)
app.add_typer(group, name="places")

Places = Annotated[Path, typer.Argument(help="Workbook, CSV file, or folder of CSV files.")]


@group.command(epilog="Example: python run.py places template my.xlsx --counties 5309")
def template(
    language: Language,
    out: Annotated[Path, typer.Argument(help="Workbook to write (.xlsx).")],
    counties: Annotated[
        str, typer.Option("--counties", help="Codes of counties (6 digits) or prefectures (4), with commas.")
    ] = "5309",
) -> None:
    """Write a workbook filled with published figures and defaults, every cell of which may be overwritten."""
    from model.own.template import write_template
    from model.text import text

    n = write_template(out, counties, language)
    print(text("places.template_written", language, file=str(out), n=n))


@group.command(epilog="Example: python run.py places check my.xlsx --language zh")
def check(
    language: Language,
    file: Places,
    as_json: AsJson = False,
) -> None:
    """Check a workbook or CSV file: every problem with sheet, row and column, and how to mend it."""
    from model.own.importing import check_report

    report = check_report(file, language)
    say(report.lines, as_json, report.rows)
    if report.rows:
        raise typer.Exit(CANNOT_BE_DONE)


@group.command("import", epilog="Example: python run.py places import my.xlsx --name my_prefecture")
def import_(
    language: Language,
    file: Places,
    name: Annotated[str, typer.Option("--name", help="Name of the new world.")],
) -> None:
    """Check a file and keep it as a world that all commands accept as --world NAME."""
    from model.own.importing import import_places

    print("\n".join(import_places(file, name, language)))
