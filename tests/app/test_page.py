"""The page and its words: nothing from elsewhere, every text in both languages, one file for a hand-out."""

import re
from pathlib import Path

import httpx
import pytest

from app.catalogue import MAIN_LEVERS, catalogue, texts
from app.limits import Limits
from app.recording import Recorder
from app.shell import PAGE
from app.takeaway import hand_out, recording
from app.work import as_json
from model.declarations import declarations
from model.scenario import make_scenario
from model.strategy_file import strategy_names
from model.text import LANGUAGES
from model.worlds import WORLDS

pytestmark = pytest.mark.unit

FILES = sorted(path for path in PAGE.iterdir() if path.suffix in (".js", ".css", ".html"))
OUTSIDE = re.compile(r"https?://(?!www\.w3\.org/)")
LARGEST_HANDOUT_BYTES = 2_000_000


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_comes_from_elsewhere(path: Path) -> None:
    assert not OUTSIDE.findall(path.read_text(encoding="utf-8"))
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", [path for path in FILES if path.suffix == ".js"], ids=lambda path: path.name)
def test_every_text_of_the_page_exists(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    literal = re.findall(r'"((?:app|lesson|figure)\.[a-z_.0-9]*[a-z_0-9])"', source)
    begun = re.findall(r"`((?:app|lesson|topic|kind|strategy_name)\.[a-z_.]*)\$", source)
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
        f"app.choice.{each.name}.{choice}" for each in declarations().values() for choice in each.choices
    ]
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
    recorder = Recorder(make_scenario("four_villages", until="2012-06"), Limits())
    messages = [as_json(recorder.opening()), *map(as_json, recorder.frames())]
    page = hand_out([recording(messages)], [], [], Limits())
    assert len(page.encode()) < LARGEST_HANDOUT_BYTES
    assert 'src="/' not in page
    assert 'href="/' not in page
    assert page.count("</script>") == page.count("<script")
    assert "font-face" not in page
