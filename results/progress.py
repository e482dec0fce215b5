"""A bar for work that takes longer than a moment; silent where nobody watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

type Progress = Callable[[float, str], None]
"""Called with the share of the work that is done and a word for what is being done."""


def silent(_share: float, _what: str) -> None:
    """Say nothing."""


@contextmanager
def bar(what: str) -> Iterator[Progress]:
    """Show a bar on the terminal while the block runs; nothing where standard error is not a terminal."""
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(what, total=1.0)

        def show(share: float, word: str) -> None:
            bars.update(task, completed=min(share, 1.0), description=word or what)

        yield show
