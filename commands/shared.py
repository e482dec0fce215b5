"""What all commands share: the Typer application, the language, printing rows, exit statuses."""

import json
import os
from collections.abc import Iterable
from typing import Annotated, Any

import typer

LANGUAGES = ("en", "zh")
LANGUAGE_VARIABLES = ("BAREFOOT_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
CANNOT_BE_DONE, STOPPED = 2, 130

app = typer.Typer(
    help="Barefoot: a simulation laboratory for scaling up village child-welfare work.",
    epilog="In Chinese: python run.py --language zh --help",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class Stopped(Exception):  # noqa: N818 - nothing went wrong
    """The user stopped a command; the message says what is kept. Ends with status 130."""


def system_language() -> str:
    """Return the language of the environment: Chinese where the first setting given begins with zh."""
    given = next((os.environ[name] for name in LANGUAGE_VARIABLES if os.environ.get(name)), "en")
    return "zh" if given.lower().startswith("zh") else "en"


_chosen: list[str] = []


def check_language(value: str) -> str:
    """Refuse a language without a catalogue."""
    if value not in LANGUAGES:
        raise typer.BadParameter("choose en or zh")
    _chosen.append(value)
    return value


def spoken_language() -> str:
    """Return the language that the command was given, or else that of the environment."""
    return _chosen[-1] if _chosen else system_language()


Language = Annotated[
    str,
    typer.Option(
        "--language", default_factory=system_language, callback=check_language, show_default="the system's",
        help="en or zh.",
    ),
]  # fmt: skip
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]
Dask = Annotated[
    str, typer.Option("--dask", help="Address of a cluster's scheduler, or local to start one here.")
]


def player() -> Any:
    """Return what makes the page that a report embeds; None where the application is not installed."""
    from importlib.util import find_spec

    if find_spec("vl_convert") is None:
        return None
    from app.takeaway import player

    return player


def compared_player() -> Any:
    """Return the same for several strategies side by side."""
    if player() is None:
        return None
    from app.takeaway import compared_player

    return compared_player


def say(lines: list[str], as_json: bool, content: Any) -> None:
    """Print lines for people, or the same as JSON for programs."""
    print(json.dumps(content, ensure_ascii=False, indent=1) if as_json else "\n".join(lines))


def files_lines(paths: Iterable[Any], language: str) -> list[str]:
    """Return the lines that say what was written."""
    from model.text import text

    return [text("cli.files_written", language), *map(str, paths)]


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
    from commands.tabling import print_table

    print_table(rows, dict(zip(columns, heads, strict=True)), text("page.colon", language))
