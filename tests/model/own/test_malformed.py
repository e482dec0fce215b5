"""Two hundred bad files, made by hand and by a fuzzer: never a traceback, never half an import."""

import random
import zipfile
from pathlib import Path

import pytest

from model.own.importing import import_places
from model.problems import InputError
from model.text import LANGUAGES
from tests.model.own.files import csv_text, good, workbook

pytestmark = pytest.mark.property

N_CELLS, N_SHAPES, N_BYTES = 70, 50, 40
NASTY = (
    None, "", " ", "=SUM(A1:A9)", "#N/A", "#REF!", "nan", "inf", "-inf", "1e400", "1e999", -1, 0, 1e308,
    -1e308, 10**30, 0.1, "0x10", "1_000", "½", "二十", "１２", "٣", "1,2,3", "12%", "%", True, False, "是",
    "a" * 5000, "\u202e", "💥", "';DROP TABLE", "<script>", "../../x", "2019-13", "2019/06", "06-2019",
    201906, "2019年6月", 530922, 999999, 110101, "530922.0", 5309221, "县", "village", "村委会", "{x}", "%s",
    "{0}", "—", "否",
)  # fmt: skip


def attempt(path, monkeypatch, tmp_path):
    """Try to import a file; return whether it was taken. Whatever is wrong with it is told in words."""
    monkeypatch.chdir(tmp_path)
    try:
        assert import_places(path, "mine", "en")
    except InputError as error:
        told = [error.messages(language) for language in LANGUAGES]
        found = error.problems
    else:
        return True
    assert found
    assert all(all(messages) for messages in told)
    assert not Path("places").exists() or not list(Path("places").iterdir())
    return False


@pytest.mark.parametrize("seed", range(N_CELLS))
def test_cells(seed, tmp_path, monkeypatch):
    chance = random.Random(seed)
    tables = good()
    for _ in range(chance.randint(1, 4)):
        rows = tables[chance.choice(list(tables))]
        row = chance.choice(rows[1:] if chance.random() < 0.9 else rows)
        row[chance.randrange(len(row))] = chance.choice(NASTY)
    if chance.random() < 0.5:
        attempt(workbook(tmp_path / "t.xlsx", tables), monkeypatch, tmp_path)
        return
    folder = tmp_path / "tables"
    folder.mkdir()
    for key, rows in tables.items():
        (folder / f"{key}.csv").write_text(csv_text(rows), encoding=chance.choice(["utf-8", "gb18030"]))
    attempt(folder, monkeypatch, tmp_path)


@pytest.mark.parametrize("seed", range(N_SHAPES))
def test_shapes(seed, tmp_path, monkeypatch):
    chance = random.Random(1000 + seed)
    tables = good()
    for _ in range(chance.randint(1, 3)):
        key = chance.choice(list(tables))
        rows = tables[key]
        change = chance.randrange(8)
        if change == 0 and len(tables) > 1:
            del tables[key]
        elif change == 1:
            tables[chance.choice(["villagez", "表1", "Sheet1", "备注", "a" * 31])] = tables.pop(key)
        elif change == 2:
            column = chance.randrange(len(rows[0]))
            tables[key] = [row[:column] + row[column + 1 :] for row in rows]
        elif change == 3:
            rows.insert(chance.randrange(len(rows)), [chance.choice(NASTY) for _ in rows[0]])
        elif change == 4:
            tables[key] = [list(column) for column in zip(*rows, strict=True)]
        elif change == 5:
            rows += rows[1:]
        elif change == 6:
            for row in rows:
                row.append(chance.choice(NASTY))
        else:
            del rows[chance.randrange(len(rows)) :]
    attempt(workbook(tmp_path / "t.xlsx", tables), monkeypatch, tmp_path)


@pytest.mark.parametrize("seed", range(N_BYTES))
def test_bytes(seed, tmp_path, monkeypatch):
    chance = random.Random(2000 + seed)
    if seed % 2:
        content = bytearray(workbook(tmp_path / "g.xlsx", good()).read_bytes())
        path = tmp_path / "t.xlsx"
    else:
        content = bytearray(
            csv_text(good()["villages"]).encode(chance.choice(["utf-8", "gb18030", "utf-16"]))
        )
        path = tmp_path / "t.csv"
    for _ in range(chance.randint(1, 30)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    if chance.random() < 0.4:
        del content[chance.randrange(len(content)) :]
    path.write_bytes(content)
    attempt(path, monkeypatch, tmp_path)


def _bomb(path):
    """A small file that unpacks to 400 MB."""
    name = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed, packed.open(name, "w") as part:
        for _ in range(400):
            part.write(b"0" * 1_000_000)


BY_HAND = {
    "empty.xlsx": b"",
    "empty.csv": b"",
    "blank.csv": b" \n \n",
    "head.csv": b"county_code,township,village\n",
    "text.xlsx": b"not a workbook",
    "picture.csv": b"\x89PNG\r\n\x1a\n\0\0\0",
    "old.xls": b"\xd0\xcf\x11\xe0",
    "page.html": b"<html></html>",
    "quote.csv": 'county_code,township,village\n530922,"甲,乙\n'.encode(),
    "stray.csv": 'county_code,township,village\n530922,"甲"乙,丙\n'.encode(),
    "big5.csv": "縣代碼,鄉鎮".encode("big5"),
    "commas.csv": b",,,,,\n,,,\n",
    "one.csv": b"1",
    "nul.csv": b"county_code\0,township,village\n",
    "doubled.csv": "县代码,county_code,township,village\n530922,530922,a,b\n".encode(),
    "wide.csv": (",".join(f"c{i}" for i in range(5000)) + "\n").encode(),
    "bracket.csv": b"county_code,township,village,children_2020\n530922,{a},{b},{c}\n",
}


@pytest.mark.parametrize("name", BY_HAND)
def test_files_made_by_hand(name, tmp_path, monkeypatch):
    (tmp_path / name).write_bytes(BY_HAND[name])
    assert not attempt(tmp_path / name, monkeypatch, tmp_path)


def test_missing_files_folders_and_bombs(tmp_path, monkeypatch):
    assert not attempt(tmp_path / "nowhere.xlsx", monkeypatch, tmp_path)
    assert not attempt(tmp_path / "nowhere.csv", monkeypatch, tmp_path)
    (tmp_path / "folder.xlsx").mkdir()
    assert not attempt(tmp_path / "folder.xlsx", monkeypatch, tmp_path)
    _bomb(tmp_path / "bomb.xlsx")
    assert not attempt(tmp_path / "bomb.xlsx", monkeypatch, tmp_path)


def test_there_are_two_hundred_and_more_of_them():
    assert N_CELLS + N_SHAPES + N_BYTES + len(BY_HAND) + 4 + 30 > 200, "30 more stand in test_check.py"
