"""Commands that fit the model to published figures and compare it with others."""

from pathlib import Path
from typing import Annotated

import typer

from commands.experimenting import SOME_FAILED, Workers
from commands.shared import AsJson, Language, Stopped, app

Page = Annotated[Path | None, typer.Option("--page", help="Where the page for the documents goes.")]
Quick = Annotated[bool, typer.Option("--quick", help="A fifth of the runs.")]


@app.command(epilog="Example: python run.py calibrate --bank 2048 --check --out runs/calibration")
def calibrate(
    language: Language,
    out: Annotated[
        Path, typer.Option("--out", help="New folder, or one in which this calibration was begun.")
    ] = Path("runs/calibration"),
    bank: Annotated[
        int | None,
        typer.Option("--bank", min=64, help="Draws of the prior for the spread; services have two fifths."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Simulation-based calibration as well.")] = False,
    ship: Annotated[
        bool, typer.Option("--ship", help="Make it the posterior that experiments draw from.")
    ] = False,
    workers: Workers = None,
    as_json: AsJson = False,
) -> None:
    """Fit uncertain numbers to what was published up to 2017; the same command goes on where it stopped."""
    import json

    from calibration.calibrating import run_calibration
    from model.text import text

    try:
        made = run_calibration(out, rows=bank, check=check, workers=workers, language=language, shipped=ship)
    except KeyboardInterrupt:
        raise Stopped(text("calibration.resume", language)) from None
    if as_json:
        print(json.dumps(made.provenance, ensure_ascii=False, indent=1))
    else:
        print("\n".join(made.lines))
        print(text("cli.files_written", language))
        print("\n".join(map(str, made.paths)))
    if not made.passed:
        raise typer.Exit(SOME_FAILED)


@app.command(epilog="Example: python run.py validate --posterior runs/calibration --out runs/validation")
def validate(
    language: Language,
    posterior: Annotated[Path, typer.Option("--posterior", help="Folder of a calibration.")] = Path(
        "runs/calibration"
    ),
    out: Annotated[
        Path, typer.Option("--out", help="New folder, or one in which this validation was begun.")
    ] = Path("runs/validation"),
    page: Page = None,
    quick: Quick = False,
    workers: Workers = None,
) -> None:
    """Compare the fitted model with every published figure, those held out above all."""
    from calibration.validation import validation
    from model.text import text

    try:
        made = validation(posterior, out, page=page, quick=quick, workers=workers, language=language)
    except KeyboardInterrupt:
        raise Stopped(text("calibration.resume", language)) from None
    print("\n".join(made.lines))
    print(text("validation.written", language))
    print("\n".join(map(str, made.paths)))


@app.command(epilog="Example: python run.py conclusions --out runs/conclusions --page docs/conclusions.md")
def conclusions(
    language: Language,
    posterior: Annotated[
        Path, typer.Option("--posterior", help="Table of draws; by default the shipped posterior.")
    ] = Path("data/calibration/posterior.csv"),
    out: Annotated[
        Path, typer.Option("--out", help="New folder, or one in which these runs were begun.")
    ] = Path("runs/conclusions"),
    page: Page = None,
    quick: Quick = False,
    workers: Workers = None,
) -> None:
    """Try what is said of the strategies under other numbers and structures; name what flips it."""
    from calibration.conclusions import QUICK, Sizes
    from calibration.conclusions_page import write_conclusions
    from model.text import text

    sizes = QUICK if quick else Sizes()
    try:
        made = write_conclusions(posterior, out, page=page, sizes=sizes, workers=workers, language=language)
    except KeyboardInterrupt:
        raise Stopped(text("calibration.resume", language)) from None
    print(text("conclusions.written", language))
    print("\n".join(map(str, made)))
