"""What people do with the page, done in a real browser."""

import json
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from app import takeaway
from app.takeaway import player
from model.scenario import make_scenario
from model.text import LANGUAGES, text, unit_text
from results.recording import record, recorder_of
from results.simulate import simulate_and_write
from tests.app.browser.conftest import COMPILING_MS, PATIENCE_MS, ROOT, Watched

pytestmark = pytest.mark.unit

expect.set_options(timeout=PATIENCE_MS)

SIZES = ((320, 640), (1280, 800), (1920, 1080))
VIEWS = ("play", "compare", "child", "lessons")
PICTURES = ROOT / "build" / "pictures"
LAYOUT = """
() => {
  const style = (e) => getComputedStyle(e);
  const shown = (e) => style(e).visibility !== "hidden" && Math.min(e.offsetWidth, e.offsetHeight) > 1;
  const own = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  const say = (found) => found.map((e) => e.textContent.trim().slice(0, 30));
  const all = [...document.querySelectorAll("body *")].filter((e) => shown(e) && own(e));
  const boxes = all.filter((e) => e.matches("button, .button, label, h1, h2, h3, td, th, strong"));
  const over = (e) => e.scrollWidth > e.clientWidth + 1 && style(e).display !== "inline";
  const page = document.documentElement;
  return {
    small: say(all.filter((e) => parseFloat(style(e).fontSize) < 14)),
    clipped: say(boxes.filter(over)),
    wide: page.scrollWidth - page.clientWidth,
  };
}
"""
ENGLISH = """
() => [...document.querySelectorAll("#view-play :is(h2, h3, button, label, option)")]
  .filter((e) => /[A-Za-z]{4,}/.test(e.textContent)).map((e) => e.textContent.trim())
"""


def done(page: Page, language: str = "en") -> None:
    """Wait until the run of the play view is complete."""
    expect(page.locator("#view-play .status")).to_contain_text(text("app.done", language, n=128))


def test_a_run_plays_and_its_numbers_are_those_of_the_server(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}/?language=en")
    done(page)
    expect(page.locator("#view-play .chart")).to_have_count(4)
    page.get_by_role("button", name="Pause").click()
    line = page.get_by_role("slider", name="Month")
    line.focus()
    line.press("End")
    expect(page.locator("#view-play .player .date")).to_have_text("Dec 2020")
    answer = httpx.post(
        f"{address}/api/runs", json={"world": "teaching", "parameters": {}, "strategy": "history"}
    )
    summary = httpx.get(f"{address}/api/jobs/{answer.json()['id']}/summary").json()
    label = page.locator("#view-play canvas.map").get_attribute("aria-label") or ""
    assert f"{summary['villages_with_post']['value']} have a post filled" in label
    assert f"{summary['villages_active']['value']} a trained worker" in label
    title = page.locator("[data-chart=served] figcaption").inner_text()
    assert f"{summary['spells_served']['value']:,}" in title
    line.press("Home")
    expect(page.locator("#view-play .player .date")).to_have_text("May 2010")
    page.get_by_role("button", name="One month on").click()
    expect(page.locator("#view-play .player .date")).to_have_text("Jun 2010")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.locator("#view-play .player .date")).not_to_have_text("Jun 2010")


def test_the_language_changes_without_reloading(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}/?language=en")
    done(page)
    page.evaluate("window.kept = 1")
    page.locator("button.language").click()
    assert page.evaluate("window.kept") == 1
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    expect(page.locator("#view-play .status")).to_contain_text("完成")
    expect(page.locator("[data-chart=spread] figcaption")).to_contain_text("个村（居）")
    assert page.evaluate(ENGLISH) == []


def test_levers_tell_what_is_wrong_and_change_the_run(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}/?language=en")
    done(page)
    before = page.locator("[data-chart=served] figcaption").inner_text()
    course = page.locator(".lever[data-name=training_months]")
    expect(course.locator(".unit")).to_have_text("month")
    course.locator("input[type=number]").evaluate(
        "box => { box.value = 2; box.dispatchEvent(new Event('change')); }"
    )
    expect(course.locator(".unit")).to_have_text("months")
    page.get_by_role("button", name="Back to the strategy", exact=True).click()
    expect(course.locator(".unit")).to_have_text("month")
    staff = page.get_by_label("Desk staff", exact=True)
    staff.fill("-3")
    staff.press("Tab")
    watched.complaints.clear()
    page.locator("#view-play").get_by_role("button", name="Run", exact=True).click()
    wrong = page.locator(".lever[data-name=desk_fte_factor] .problem")
    expect(wrong).to_contain_text("outside its range")
    watched.complaints[:] = [each for each in watched.complaints if "422" not in each]
    staff.fill("0.5")
    staff.press("Tab")
    page.locator("#view-play").get_by_role("button", name="Run", exact=True).click()
    done(page)
    expect(wrong).to_have_text("")
    expect(page.locator("[data-chart=served] figcaption")).not_to_have_text(before)
    expect(page.locator("code.command")).to_contain_text("--set desk_fte_factor=0.5")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Scenario file", exact=True).click()
    content = Path(saved.value.path()).read_bytes()
    answer = httpx.post(f"{address}/api/runs", content=content, headers={"content-type": "application/yaml"})
    assert answer.status_code == 202


def test_two_strategies_are_told_apart(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}/?language=en#lessons")
    streams, ends = "**/api/jobs/*", []
    page.route(streams, lambda asked: asked.continue_() if asked.request.method == "DELETE" else None)
    page.on("request", lambda asked: ends.append(asked) if asked.method == "DELETE" else None)
    page.get_by_role("tab", name="Compare").click()
    page.get_by_label("How often").select_option("5")
    page.get_by_role("button", name="Stop").click()
    page.unroute(streams)
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator("#view-compare .status")).to_have_text("5 pairs of runs compared.")
    assert ends
    rows = page.locator("#view-compare td.verdict")
    assert rows.count() == 10
    assert "The second is lower." in rows.all_inner_texts()
    expect(page.locator("#view-compare .chart")).to_have_count(2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_months_and_yuan_stand_beside_their_numbers(watched: Watched, address: str, language: str) -> None:
    page = watched.open(f"{address}/?language={language}#compare")
    view = page.locator("#view-compare")
    expect(view.locator(".status")).to_have_text(text("app.compare.done", language, n=10))
    for outcome, unit in (("wait_alone_months", "months"), ("cost_yuan", "yuan")):
        row = view.locator(f"tr[data-outcome={outcome}]")
        expect(row.locator("th")).to_contain_text(text(f"outcome_unit.{outcome}", language))
        numbers = [line for cell in row.locator("td").all_inner_texts()[:3] for line in cell.splitlines()]
        assert len(numbers) == 4
        names = (unit_text(unit, language), unit_text(unit, language, "1"))
        assert [each for each in numbers if not each.endswith(names)] == []
    spent = view.locator("tr", has_text=text("app.live.yuan", language)).locator("td").all_inner_texts()
    assert len(spent) == 3
    assert [each for each in spent if not each.endswith(unit_text("yuan", language))] == []


def test_charts_of_runs_that_nobody_looks_at_any_more_are_not_drawn(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}/?language=en#lessons")
    held: list[Route] = []

    def hold(asked: Route) -> None:
        held.append(asked)

    page.route("**/chart_library.js", hold)
    page.get_by_role("tab", name="Compare").click()
    expect(page.locator("#view-compare .status")).to_contain_text("pairs of runs compared.")
    page.get_by_role("button", name="Compare", exact=True).click()
    held[0].continue_()
    expect(page.locator("#view-compare .status")).to_contain_text("pairs of runs compared.")
    expect(page.locator("#view-compare .chart")).to_have_count(2)


def test_a_child_is_followed_in_both_worlds(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}/?language=en#child")
    expect(page.locator("#view-child .who")).to_contain_text("left behind")
    expect(page.locator("#view-child svg")).to_be_visible()
    first = page.locator("#view-child .who").inner_text()
    page.get_by_role("button", name="Another child like this").click()
    expect(page.locator("#view-child .who")).not_to_have_text(first)
    page.locator("#view-child select").nth(2).select_option("pushed_back")
    page.get_by_role("button", name="Follow", exact=True).click()
    expect(page.locator("#view-child .tale")).not_to_contain_text("worker helps")


def test_the_classroom_file_plays_all_lessons_without_a_server(
    watched: Watched, address: str, tmp_path: Path
) -> None:
    file = tmp_path / "lessons.html"
    file.write_bytes(httpx.get(f"{address}/api/lessons/handout", timeout=COMPILING_MS / 1000).content)
    assert file.stat().st_size < 2_000_000
    page = watched.open(f"{file.as_uri()}?language=zh#lessons", offline=True, reduced_motion="reduce")
    for number in range(6):
        page.locator(".lesson-list button").nth(number).click()
        page.locator(".choice input").first.check()
        page.get_by_role("button", name="运行").last.click()
        page.get_by_role("button", name="揭示结果").click()
        expect(page.locator(".choice.right")).to_have_count(1)
        expect(page.locator(".lesson-view .answer").last).to_be_visible()
    page.get_by_role("tab", name="推演").click()
    done(page, "zh")
    page.get_by_role("tab", name="跟踪一名儿童").click()
    expect(page.locator("#view-child .who")).to_contain_text("留守")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a run, in Chinese, as ``simulate`` writes it."""
    out = tmp_path_factory.mktemp("runs") / "run"
    simulate_and_write("history", "teaching", "all", [], 1, "2020-12", 1, out, "zh", player=player)
    return out / "report.html"


def test_the_report_plays_its_run_without_a_server(watched: Watched, report: Path) -> None:
    page = watched.open(report.as_uri(), offline=True, reduced_motion="reduce")
    page.get_by_role("button", name="打开播放器").click()
    inside = page.frame_locator("iframe")
    expect(inside.locator(".chart")).to_have_count(4)
    summary = json.loads((report.parent / "summary.json").read_text(encoding="utf-8"))
    label = inside.locator("canvas.map").get_attribute("aria-label") or ""
    assert str(summary["villages_active"]["value"]) in label
    expect(inside.locator(".player .date")).to_have_text("2020年12月")
    inside.locator(".player input.line").press("Home")
    expect(inside.locator(".player .date")).to_have_text("2010年5月")
    for hidden in (".tabs", ".scenario", ".downloads"):
        expect(inside.locator(hidden)).to_be_hidden()


def test_a_country_is_handed_out_county_by_county(
    watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(takeaway, "LARGEST_BYTES", 1000)
    messages = record(recorder_of(make_scenario("pilot_counties", children="none", until="2016-12")))
    file = tmp_path / "country.html"
    file.write_text(player(messages, "en"), encoding="utf-8")
    page = watched.open(file.as_uri(), offline=True, reduced_motion="reduce")
    expect(page.locator("#view-play .status")).to_contain_text("80")
    expect(page.locator("#view-play .credit")).to_contain_text("counties alone")
    page.locator("#view-play .panel select").last.select_option(index=1)
    expect(page.locator("#view-play .trail")).to_contain_text("›")


def test_with_reduced_motion_nothing_moves_by_itself(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}/?language=en", reduced_motion="reduce")
    done(page)
    expect(page.locator("#view-play .player .date")).to_have_text("Dec 2020")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()


def test_a_server_that_is_gone_is_told(watched: Watched, address: str) -> None:
    page = watched.open(f"{address}/?language=en")
    done(page)
    page.route("**/api/runs", lambda route: route.abort())
    page.locator("#view-play").get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#view-play .status")).to_contain_text("does not answer")
    watched.complaints.clear()


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_no_serious_fault(watched: Watched, address: str, view: str) -> None:
    page = watched.open(f"{address}/?language=en#{view}", reduced_motion="reduce")
    ready(page, view)
    found = Axe().run(page).response["violations"]
    grave = [
        (each["id"], [node["html"][:120] for node in each["nodes"][:3]])
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert grave == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("view", VIEWS)
def test_every_size_has_room_for_every_word(watched: Watched, address: str, view: str, language: str) -> None:
    page = watched.open(f"{address}/?language={language}#{view}", reduced_motion="reduce")
    ready(page, view)
    PICTURES.mkdir(parents=True, exist_ok=True)
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        page.screenshot(path=PICTURES / f"{view}-{language}-{width}.png", full_page=True)
        assert page.evaluate(LAYOUT) == {"small": [], "clipped": [], "wide": 0}, f"{width} px"


def ready(page: Page, view: str) -> None:
    """Wait until a view has its numbers."""
    if view == "play":
        expect(page.locator("#view-play .chart")).to_have_count(4)
    elif view == "compare":
        expect(page.locator("#view-compare td.verdict").first).to_be_visible()
        expect(page.locator("#view-compare .chart")).to_have_count(2)
    elif view == "child":
        expect(page.locator("#view-child .who")).not_to_be_empty()
    else:
        expect(page.locator(".question")).not_to_be_empty()
