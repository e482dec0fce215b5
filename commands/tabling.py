"""Rows on a terminal: no heading and no number is cut, however narrow it is and whatever its language.

What takes much room (sentences, long names of units) stands in columns where there is room, and otherwise
below its row.
"""

import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

LONGEST_SHORT = 20
"""Cells wider than this may be put below their row; the first column, the name, never is."""
LEAST_WORDS = 26
"""A column of words that is narrower cannot be read."""
GAP, INDENT = 2, 4


def print_table(rows: Sequence[Mapping[str, Any]], heads: Mapping[str, str], colon: str) -> None:
    """Print rows under their heads, as wide as the terminal is; ``colon`` is that of the language."""
    cells = [{name: _written(row[name]) for name in heads} for row in rows]
    name, *others = heads
    wide = [each for each in others if max(cell_len(row[each]) for row in cells) > LONGEST_SHORT]
    console = Console(highlight=False)
    widths = {each: _width(each, heads, cells) for each in heads if each not in wide}
    if sum(widths.values()) + len(wide) * LEAST_WORDS + GAP * len(others) <= console.width:
        console.print(_table(list(heads), wide, rows, cells, heads))
        return
    short, taken = [name], widths[name]
    for each in others:
        if each in widths and taken + GAP + widths[each] <= console.width:
            short.append(each)
            taken += GAP + widths[each]
    below = [each for each in (*wide, *others) if each not in short]
    with console.capture() as captured:
        console.print(_table(short, [], rows, cells, heads))
    lines = captured.get().rstrip("\n").split("\n")
    above, beside = lines[: -len(rows)], lines[-len(rows) :]
    sys.stdout.write("\n".join(above) + "\n")
    for line, row in zip(beside, cells, strict=True):
        sys.stdout.write(line.rstrip() + "\n")
        first, *more = dict.fromkeys(below)
        said = [row[first], *(f"{heads[each]}{colon}{row[each]}" for each in more)]
        _print_below(console, " · ".join(filter(None, said)))


def _written(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _width(name: str, heads: Mapping[str, str], cells: Sequence[Mapping[str, str]]) -> int:
    """Return the room that a column takes: that of its widest cell or word of its head."""
    words = heads[name].split(" ")
    return max(cell_len(each) for each in (*words, *(row[name] for row in cells)))


def _table(
    shown: Sequence[str],
    wide: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    cells: Sequence[Mapping[str, str]],
    heads: Mapping[str, str],
) -> Table:
    table = Table(
        box=None, padding=(0, GAP, 0, 0), pad_edge=False, collapse_padding=True, header_style="bold underline"
    )
    for name in shown:
        number = all(isinstance(row[name], int) for row in rows)
        if name in wide:
            table.add_column(heads[name], overflow="fold", min_width=LEAST_WORDS)
        else:
            width = _width(name, heads, cells)
            head = heads[name] if cell_len(heads[name]) <= width else heads[name].replace(" ", "\n")
            table.add_column(head, justify="right" if number else "left", no_wrap=True, min_width=width)
    for row in cells:
        table.add_row(*(Text(row[name]) for name in shown))
    return table


def _print_below(console: Console, words: str) -> None:
    """Print words below their row, indented; Chinese, which has no spaces, is broken anywhere."""
    room = console.width - INDENT
    for line in Text(words).wrap(console, room, overflow="fold"):
        sys.stdout.write(textwrap.indent(line.plain.rstrip(), " " * INDENT) + "\n")
