"""Imported places are worlds: listed, built, simulated, hashed; a template can be imported as it is."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import run
from commands.shared import app
from model.own.store import folder_of, given_of
from model.problems import InputError
from model.scenario import make_scenario
from model.text import LANGUAGES
from model.worlds import build_world, worlds_table
from tests.model.own.files import good, workbook

pytestmark = pytest.mark.unit
assert callable(run.main)


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A folder to work in, with good tables."""
    monkeypatch.chdir(tmp_path)
    tables = good()
    del tables["counties"][2]
    return workbook(tmp_path / "t.xlsx", tables)


def call(*words):
    """Run a command; return its exit status and what it printed."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


def test_an_import_is_a_world_that_commands_accept(own):
    assert call("places", "import", own, "--name", "mine")[0] == 0
    world = build_world("mine")
    makes = given_of("mine")
    assert makes is not None
    assert world.village_names == ("上村", "下村", "街道")
    assert "mine" in [row["name"] for row in worlds_table()]
    scenario = make_scenario("mine", until="2010-06")
    assert scenario.schedule[0][1].pay_part_time_yuan_per_month == 200
    assert scenario.schedule[0][1].budget_binds is True
    status, said = call("simulate", "history", "--world", "mine", "--until", "2010-07", "--out", "out")
    assert status == 0, said
    told = json.loads(Path("out/summary.json").read_text(encoding="utf-8"))
    assert ["villages", "children_2020", 1, "households"] in [
        list(each.values()) for each in told["filled_values"]["columns"]
    ]
    assert "Estimated from households" in Path("out/report.html").read_text(encoding="utf-8")
    about = json.loads(Path("out/run.json").read_text(encoding="utf-8"))
    assert about["scenario"]["places_hash"] == makes.content_hash
    assert "--world mine" in about["command"]


def test_the_hash_of_a_scenario_follows_the_tables_and_not_the_name(own, tmp_path):
    call("places", "import", own, "--name", "one")
    call("places", "import", own, "--name", "two")
    tables = good()
    del tables["counties"][2]
    tables["villages"][1][4] = 301
    call("places", "import", workbook(tmp_path / "u.xlsx", tables), "--name", "three")
    hashes = [make_scenario(name).content_hash for name in ("one", "two", "three")]
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.parametrize("name", ["", "..", "a/b", "a b", "x" * 41, "china", ".hidden", "-", "a\\b"])
def test_names_that_lead_elsewhere_are_refused(own, name):
    with pytest.raises(InputError):
        call("places", "import", own, f"--name={name}")
    assert not folder_of("x").parent.exists()


def test_a_name_is_taken_once_and_files_are_left_alone(own):
    call("places", "import", own, "--name", "mine")
    with pytest.raises(InputError, match="exist already"):
        call("places", "import", own, "--name", "mine")
    villages = folder_of("mine") / "villages.csv"
    villages.write_text(villages.read_text(encoding="utf-8").replace("300", "999"), encoding="utf-8")
    with pytest.raises(InputError, match="changed after the import"):
        build_world("mine")


def test_an_unknown_world_is_refused_with_the_names_of_ones_own(own):
    call("places", "import", own, "--name", "mine")
    with pytest.raises(InputError, match='Did you mean "mine"'):
        make_scenario("mime")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_template_is_a_good_workbook(tmp_path, monkeypatch, language):
    monkeypatch.chdir(tmp_path)
    status, _ = call("places", "template", "my.xlsx", "--counties", "530924", "--language", language)
    assert status == 0
    status, said = call("places", "check", "my.xlsx", "--json")
    assert (status, json.loads(said)) == (0, [])
    call("places", "import", "my.xlsx", "--name", "template_county")
    world, national = build_world("template_county"), build_world("five_provinces")
    here = national.table.county_code.tolist().index(530924)
    assert world.sectors["children_2020"].sum() == national.table.children_2020[here]
    assert world.sectors["children_2010"].sum() == national.table.children_2010[here]
    assert len(world.villages) == 76


def test_counties_without_a_list_of_villages_have_the_units_that_were_counted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows: list[list[object]] = [
        ["county_code", "villages", "communities"],
        [530922, 191, 5],
    ]  # 190 villages and a farm
    call("places", "import", workbook(tmp_path / "t.xlsx", {"counties": rows}), "--name", "mine")
    assert len(build_world("mine").villages) == 196
    rows[1][1:] = [None, None]
    call("places", "import", workbook(tmp_path / "u.xlsx", {"counties": rows}), "--name", "blank")
    assert len(build_world("blank").villages) == 196


def test_a_template_is_not_written_over_a_file_nor_for_unknown_codes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.xlsx").write_bytes(b"precious")
    with pytest.raises(InputError, match="exists already"):
        call("places", "template", "my.xlsx")
    with pytest.raises(InputError, match="12"):
        call("places", "template", "new.xlsx", "--counties", "5309,12")
    assert (tmp_path / "my.xlsx").read_bytes() == b"precious"
    assert not (tmp_path / "new.xlsx").exists()


def test_check_says_what_is_wrong_and_ends_with_two(own, tmp_path):
    tables = good()
    tables["villages"][1][6] = 20
    status, said = call(
        "places", "check", workbook(tmp_path / "u.xlsx", tables), "--json", "--language", "zh"
    )
    assert status == 2
    assert json.loads(said)[0]["row"] == 2
    assert "0.2" in json.loads(said)[0]["message"]
