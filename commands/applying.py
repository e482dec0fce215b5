"""The command that opens the browser application."""

from typing import Annotated

import typer

from commands.shared import Language, app


@app.command(name="app", epilog="Example: python run.py app --port 8765")
def application(
    language: Language,
    port: Annotated[int, typer.Option("--port", min=1, max=65_535, help="On 127.0.0.1.")] = 8765,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")
    ] = True,
    children: Annotated[
        int, typer.Option("--most-children", min=0, help="Larger worlds run without their children.")
    ] = 3_000_000,
    running: Annotated[int, typer.Option("--running", min=1, help="Runs computed at a time.")] = 2,
    waiting: Annotated[int, typer.Option("--waiting", min=0, help="Runs that may wait.")] = 40,
    seconds: Annotated[float, typer.Option("--seconds", min=1, help="Longest run.")] = 600.0,
) -> None:
    """Open the application in the browser: play, compare, follow a child, teach."""
    from app.limits import Limits
    from app.serve import serve

    limits = Limits(children=children, running=running, waiting=waiting, seconds=seconds)
    serve(limits, port, browser, language)
