"""The page and its words: nothing from elsewhere, every text in both languages, one file for a hand-out."""

import base64
import gzip
import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from app import takeaway
from app.catalogue import MAIN_LEVERS, catalogue, texts
from app.limits import Limits
from app.shell import PAGE
from app.takeaway import hand_out, recording
from model.declarations import declarations
from model.problems import InputError
from model.scenario import make_scenario
from model.strategy_file import strategy_names
from model.text import LANGUAGES
from model.worlds import WORLDS
from results.again import report_again
from results.recording import FILE as RECORDING
from results.recording import record, recorder_of
from results.simulate import simulate_and_write
from tests.results.pages import Page, outside_requests

pytestmark = pytest.mark.unit

FILES = sorted(path for path in PAGE.iterdir() if path.suffix in (".js", ".css", ".html"))
OUTSIDE = re.compile(r"https?://(?!www\.w3\.org/)")
RUN: tuple[tuple[str, ...], tuple[Any, ...]] = ("history", "four_villages"), ([], 2, "2011-12", 1)
LARGEST_HANDOUT_BYTES, LARGEST_REPORT_BYTES = 2_000_000, 3_000_000


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_comes_from_elsewhere(path: Path) -> None:
    assert not OUTSIDE.findall(path.read_text(encoding="utf-8"))
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".js"], ids=lambda path: path.name)
def test_every_text_of_the_page_exists(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    literal = re.findall(r'"((?:app|lesson|figure|words)\.[a-z_.0-9]*[a-z_0-9])"', source)
    begun = re.findall(
        r"`((?:app|lesson|words|topic|kind|strategy_name|unit|outcome_unit)\.[a-z_.]*)\$", source
    )
    for language in LANGUAGES:
        known = texts()[language]
        assert [key for key in literal if key not in known] == []
        assert [prefix for prefix in begun if not any(key.startswith(prefix) for key in known)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_can_be_chosen_has_a_name(language: str) -> None:
    known = texts()[language]
    wanted = [f"strategy_name.{name}" for name in strategy_names()]
    wanted += [f"app.world.{name}" for name in WORLDS]
    wanted += [
        f"words.choice.{each.name}.{choice}" for each in declarations().values() for choice in each.choices
    ]
    wanted += [f"unit.{unit}" for unit in catalogue(Limits())["units"].values()]
    wanted += [f"outcome_unit.{name}" for name in catalogue(Limits())["outcomes"]]
    assert [key for key in wanted if not known.get(key)] == []


def test_chinese_has_the_same_places_as_english() -> None:
    places = {
        language: {key: set(re.findall(r"{(\w+)", value)) for key, value in texts()[language].items()}
        for language in LANGUAGES
    }
    assert places["en"] == places["zh"]


def test_catalogue_holds_all_levers() -> None:
    offered = catalogue(Limits())
    names = [each["name"] for each in offered["parameters"]]
    assert names == list(declarations())
    assert set(MAIN_LEVERS) <= set(names)
    assert {each["name"] for each in offered["strategies"]} == set(strategy_names())
    small = {each["name"]: each["with_children"] for each in offered["worlds"]}
    assert small == {
        "four_villages": True,
        "teaching": True,
        "pilot_counties": True,
        "five_provinces": False,
        "rural_china": False,
        "china": False,
    }


def test_the_page_is_served_with_all_its_parts(client: httpx.Client) -> None:
    page = client.get("/").text
    for address in re.findall(r'"(/[^"]*\.(?:js|css))"', page):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert answer.text
    assert "vegaEmbed" in client.get("/chart_library.js").text


def test_a_hand_out_is_one_small_file() -> None:
    messages = record(recorder_of(make_scenario("four_villages", until="2012-06")))
    page = hand_out([recording(messages)], [], [], Limits())
    assert len(page.encode()) < LARGEST_HANDOUT_BYTES
    assert 'src="/' not in page
    assert 'href="/' not in page
    assert page.count("</script>") == page.count("<script")
    assert "font-face" not in page


def unpacked(page: str, name: str) -> Any:
    """What stands in a page under a name."""
    content = re.search(rf'id="inlined-{name}">([^<]*)<', page)
    assert content is not None
    return json.loads(gzip.decompress(base64.b64decode(content[1])))


def test_what_is_too_large_is_handed_out_county_by_county(monkeypatch: pytest.MonkeyPatch) -> None:
    messages = record(recorder_of(make_scenario("four_villages", until="2012-06")))
    whole = unpacked(takeaway.player(messages, "en"), "recordings")[0]["messages"]
    monkeypatch.setattr(takeaway, "LARGEST_BYTES", 1000)
    coarse = unpacked(takeaway.player(messages, "en"), "recordings")[0]["messages"]
    assert len(coarse) == len(whole) == 27
    assert whole[0]["places"]["villages"]
    assert not coarse[0]["places"]["villages"]
    assert {frame["posts_changed"] for frame in coarse[1:]} == {""}
    assert [frame["county_posts"] for frame in coarse[1:]] == [frame["county_posts"] for frame in whole[1:]]


def test_a_report_holds_the_player_of_its_run(tmp_path: Path) -> None:
    out = tmp_path / "run"
    simulate_and_write(
        "history", "four_villages", "all", [], 2, "2011-12", 1, out, "zh", player=takeaway.player
    )
    first = (out / "report.html").read_text(encoding="utf-8")
    assert len(first.encode()) < LARGEST_REPORT_BYTES
    assert outside_requests(first) == []
    packed = Page(first).scripts[0]
    page = gzip.decompress(base64.b64decode(packed)).decode()
    assert 'data-language="zh"' in page
    frames = unpacked(page, "recordings")[0]["messages"][1:]
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    served = sum(sum(frame["needs"]["spells_served"]) for frame in frames)
    assert served == summary["spells_served"]["value"] > 0
    report_again(out, "zh", player=takeaway.player)
    assert (out / "report.html").read_text(encoding="utf-8") == first
    (out / RECORDING).write_bytes(b"not this")
    with pytest.raises(InputError, match=RECORDING):
        report_again(out, "zh", player=takeaway.player)
    assert (out / "report.html").read_text(encoding="utf-8") == first


def test_the_report_of_a_run_without_children_plays_too(tmp_path: Path) -> None:
    out = tmp_path / "run"
    simulate_and_write(
        "history", "four_villages", "none", [], 2, "2011-12", 1, out, "en", player=takeaway.player
    )
    scripts = Page((out / "report.html").read_text(encoding="utf-8")).scripts
    page = gzip.decompress(base64.b64decode(scripts[0])).decode()
    assert unpacked(page, "recordings")[0]["asked"]["children"] == "none"
