"""Lists on a terminal: every heading and every cell is whole, at any width, in both languages."""

from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len
from rich.console import Console

from commands import tabling
from commands.tabling import print_table
from model.parameters import parameters_table
from model.strategy_file import strategies_table
from model.text import LANGUAGES, text
from model.worlds import worlds_table

pytestmark = pytest.mark.unit

LISTS: dict[str, Callable[[str], Any]] = {
    "worlds": worlds_table,
    "strategies": strategies_table,
    "parameters": parameters_table,
}


@pytest.mark.parametrize("width", [60, 80, 140, 300])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", LISTS)
def test_nothing_is_cut(name, language, width, capsys, monkeypatch):
    monkeypatch.setattr(tabling, "Console", lambda **given: Console(width=width, **given))
    rows = [{key: row[key] for key in row if key not in ("source", "help")} for row in LISTS[name](language)]
    heads = {key: text(f"cli.{key}", language) for key in rows[0]}
    print_table(rows, heads, ": ")
    lines = capsys.readouterr().out.split("\n")
    assert max(map(cell_len, lines)) <= width
    said = "\n".join(lines)
    unsaid = [head for head in heads.values() if not all(word in said for word in head.split(" "))]
    assert len(unsaid) <= 1, unsaid  # that of the words which stand below by themselves
    for row in rows:
        first = next(iter(row.values()))
        assert any(line.startswith(f"{first}") for line in lines), first
        for value in row.values():
            if isinstance(value, int):
                assert f"{value:,}" in said


def test_words_stand_beside_where_there_is_room_and_below_where_not(capsys, monkeypatch):
    rows = [{"name": "a", "what": "some words that are longer than others", "n": 1234}]
    heads = {"name": "name", "what": "what", "n": "n"}
    shown = {}
    for width in (100, 30):
        monkeypatch.setattr(tabling, "Console", lambda width=width, **given: Console(width=width, **given))
        print_table(rows, heads, ": ")
        shown[width] = capsys.readouterr().out.rstrip().split("\n")
    assert [len(lines) for lines in shown.values()] == [2, 4]
    assert shown[30][2:] == ["    some words that are longer", "    than others"]
    assert "1,234" in shown[30][1]
