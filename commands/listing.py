"""Commands that list what there is: parameters, phases, strategies, worlds, versions."""

import json
from pathlib import Path
from typing import Annotated

import typer

from commands.shared import AsJson, Language, app, show


@app.command(epilog="Example: python run.py parameters --language zh")
def parameters(
    language: Language,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print a Markdown table.")] = False,
    as_json: AsJson = False,
) -> None:
    """List every number of the model: default, range, unit, kind, source."""
    from model.parameters import parameters_table
    from model.text import text

    rows = parameters_table(language)
    if not as_json:
        rows = [row | {"kind": text(f"kind.{row['kind']}", language)} for row in rows]
    if not markdown:
        show(
            [{k: row[k] for k in ("name", "label", "default", "range", "unit", "kind")} for row in rows],
            language,
            as_json,
        )
        return
    columns = list(rows[0])
    print("| " + " | ".join(text(f"cli.{column}", language) for column in columns) + " |")
    print("| " + " | ".join("---" for _ in columns) + " |")
    for row in rows:
        print("| " + " | ".join(str(row[column]).replace("|", "\\|") for column in columns) + " |")


@app.command(epilog="Example: python run.py schedule")
def schedule(language: Language, as_json: AsJson = False) -> None:
    """List the phases of a month in their order."""
    from model.schedule import PHASES
    from model.text import text

    rows = [
        {
            "phase": phase.name,
            "where": text(f"cli.{phase.where}", language),
            "what": phase.zh if language == "zh" else phase.en,
        }
        for phase in PHASES
    ]
    show(rows, language, as_json)


@app.command(epilog="Example: python run.py strategies")
def strategies(
    language: Language,
    folder: Annotated[
        Path | None, typer.Option("--strategies", help="Your own folder; ./strategies if it exists.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the shipped strategies and your own, with a sentence on what each does."""
    from experiments.strategies import strategies_table as own_table
    from model.strategy_file import strategies_table

    show([*strategies_table(language), *own_table(language, folder)], language, as_json)


@app.command(epilog="Example: python run.py worlds")
def worlds(language: Language, as_json: AsJson = False) -> None:
    """List the worlds: places, children, memory."""
    from model.worlds import worlds_table

    show(worlds_table(language), language, as_json)


@app.command(epilog="Example: python run.py version")
def version(as_json: AsJson = False) -> None:
    """Print the version of Barefoot and of what it rests on."""
    import platform
    import tomllib
    from importlib.metadata import version as installed

    from model.reading import ROOT

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = {"barefoot": project["version"], "python": platform.python_version()}
    versions |= {name: installed(name) for name in ("mesa", "numpy", "numba", "pandas")}
    print(json.dumps(versions, indent=1) if as_json else "\n".join(f"{k} {v}" for k, v in versions.items()))
