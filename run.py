"""The command line: parses, calls, prints. Heavy modules are imported by the commands that need them."""

import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

LANGUAGES = ("en", "zh")
LANGUAGE_VARIABLES = ("BAREFOOT_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
CANNOT_BE_DONE, STOPPED = 2, 130

app = typer.Typer(
    help="Barefoot: a simulation laboratory for scaling up village child-welfare work.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def system_language() -> str:
    """Return the language of the environment: Chinese where the first setting given begins with zh."""
    given = next((os.environ[name] for name in LANGUAGE_VARIABLES if os.environ.get(name)), "en")
    return "zh" if given.lower().startswith("zh") else "en"


def check_language(value: str) -> str:
    """Refuse a language without a catalogue."""
    if value not in LANGUAGES:
        raise typer.BadParameter("choose en or zh")
    return value


Language = Annotated[
    str,
    typer.Option(
        "--language", default_factory=system_language, callback=check_language, show_default="the system's",
        help="en or zh.",
    ),
]  # fmt: skip
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


def show(rows: list[dict[str, Any]], language: str, as_json: bool) -> None:
    """Print rows as a table on a terminal, as JSON or as tab-separated text elsewhere."""
    import sys

    from model.text import text

    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    columns = list(rows[0])
    heads = [text(f"cli.{column}", language) for column in columns]
    if not sys.stdout.isatty():
        print("\t".join(heads))
        for row in rows:
            print("\t".join(str(row[column]) for column in columns))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*heads)
    for row in rows:
        table.add_row(*(f"{row[c]:,}" if isinstance(row[c], int) else str(row[c]) for c in columns))
    Console().print(table)


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
def strategies(language: Language, as_json: AsJson = False) -> None:
    """List the shipped strategies with a sentence on what each does."""
    from model.strategy_file import strategies_table

    show(strategies_table(language), language, as_json)


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

    project = tomllib.loads((Path(__file__).parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    versions = {"barefoot": project["version"], "python": platform.python_version()}
    versions |= {name: installed(name) for name in ("mesa", "numpy", "numba", "pandas")}
    print(json.dumps(versions, indent=1) if as_json else "\n".join(f"{k} {v}" for k, v in versions.items()))


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
    profile: Annotated[bool, typer.Option("--profile", help="Print the time of each phase.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="New or empty folder.")] = None,
    as_json: AsJson = False,
) -> None:
    """Simulate one strategy month by month and write tables, figures and a report."""
    from results.simulate import simulate_and_write

    made = simulate_and_write(
        strategy, world, children, settings or [], seed, until, threads, out, language, profile=profile
    )
    if as_json:
        print(json.dumps({"files": [str(path) for path in made.paths], "seconds": made.seconds}, indent=1))
        return
    for phase, seconds in made.seconds.items():
        print(f"{phase:18s} {seconds:8.2f} s")
    from model.text import text

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


def main() -> None:
    """Run a command; bad input ends with its message and status 2, a stop by the user with 130."""
    import sys

    try:
        app()
    except ValueError as error:
        messages = getattr(error, "messages", None)  # InputError; its module is heavy to import
        if messages is None:
            raise
        print("\n".join(messages(system_language())), file=sys.stderr)
        sys.exit(CANNOT_BE_DONE)
    except KeyboardInterrupt:
        from model.text import text

        print(text("cli.stopped", system_language()), file=sys.stderr)
        sys.exit(STOPPED)


if __name__ == "__main__":
    main()
