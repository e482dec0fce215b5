"""The players inside reports of many runs: strategies side by side, the middle of a sweep; from a file."""

from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import FrameLocator, Page, expect

from app.takeaway import compared_player, player
from experiments.asking import check_request
from experiments.compared_files import write_comparison
from experiments.comparing import run_comparison
from experiments.design import read_design
from experiments.played import record_compared
from experiments.sweeping import run_sweep
from experiments.swept_files import write_swept
from model.text import text
from results.strategy_words import strategy_name
from tests.app.browser.conftest import PATIENCE_MS, Watched

pytestmark = pytest.mark.unit

expect.set_options(timeout=PATIENCE_MS)

OUTCOME, ROUNDED = "spells_filed", 0.01
MOST_BYTES = 1_500_000
SIZES = ((360, 740), (1280, 800), (1920, 1080))
NAMES = ("history", "no_programme", "workers_without_desks")
DESIGN = """\
world: four_villages
until: 2012-06
strategies: [history]
uncertain:
  method: latin_hypercube
  draws: 5
  parameters:
    visit_hours: {low: 0.5, high: 2}
levers:
  parameters:
    desk_fte_factor: [0.5, 2]
"""


def opened(page: Page, language: str) -> FrameLocator:
    """Open the player of a report."""
    page.get_by_role("button", name=text("report.play.open", language)).click()
    return page.frame_locator("iframe")


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a comparison with its report in English."""
    folder = tmp_path_factory.mktemp("compared") / "runs"
    request = check_request(
        NAMES, world="teaching", until="2014-06", draws=0, replications=2, decompose=False
    )
    compared = run_comparison(request, folder, workers=1)
    record_compared(compared, request.study, folder)
    write_comparison(compared, request, folder, "en", compared_player)
    return folder


def test_a_comparison_plays_side_by_side_with_its_differences(watched: Watched, comparison: Path) -> None:
    report = comparison / "report.html"
    assert report.stat().st_size < MOST_BYTES
    inside = opened(watched.open(report.as_uri(), offline=True, reduced_motion="reduce"), "en")
    expect(inside.locator(".compare-view .chart")).to_have_count(2)
    table = pd.read_parquet(comparison / "differences.parquet").set_index(
        ["reference", "strategy", "outcome"]
    )
    pick = inside.locator("select").first
    expect(pick.locator("option")).to_have_count(len(NAMES) - 1)
    shown = set()
    for number in range(len(NAMES) - 1):
        pick.select_option(str(number))
        heads = inside.locator(".two .panel > h2:first-child")
        expect(inside.locator("td.verdict").first).to_be_visible()
        first, second = heads.all_inner_texts()[:2]
        assert first == strategy_name(NAMES[0])
        name = next(each for each in NAMES[1:] if strategy_name(each) == second)
        shown.add(name)
        row = inside.locator(f"tr[data-outcome={OUTCOME}]")
        said = row.locator("td").nth(2).evaluate("cell => cell.firstChild.textContent")
        expected = table.loc[(NAMES[0], name, OUTCOME), "difference"]
        plain = said.replace("−", "-").replace(",", "").replace("±", "")
        assert float(plain) == pytest.approx(expected, rel=ROUNDED)
    assert shown == set(NAMES[1:])
    assert table["difference"].abs().max() > 0, "strategies that do nothing show nothing"
    for hidden in (".tabs", ".go", ".top"):
        expect(inside.locator(hidden).first).to_be_hidden()


def test_a_player_of_two_strategies_has_room_at_every_size(watched: Watched, comparison: Path) -> None:
    page = watched.open((comparison / "report.html").as_uri(), offline=True, reduced_motion="reduce")
    inside = opened(page, "en")
    expect(inside.locator(".compare-view .chart")).to_have_count(2)
    frame = page.frames[-1]
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(300)
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert frame.evaluate(wide) == 0, width
        assert page.evaluate(wide) == 0, width


def test_a_sweep_plays_the_run_nearest_the_middle(watched: Watched, tmp_path: Path) -> None:
    design = tmp_path / "design.yaml"
    design.write_text(DESIGN, encoding="utf-8")
    folder = run_sweep(design, tmp_path / "swept", workers=1).folder
    report = write_swept(folder, "zh", player, read_design(design).study)[0]
    assert report.stat().st_size < MOST_BYTES
    page = watched.open(report.as_uri(), offline=True, reduced_motion="reduce")
    expect(page.locator("section.player")).to_contain_text("最居中的一次")
    inside = opened(page, "zh")
    expect(inside.locator("#view-play .chart")).to_have_count(4)
    expect(inside.locator(".player .date")).to_have_text("2012年6月")
    again = write_swept(folder, "en", player)[0]
    page = watched.open(again.as_uri(), offline=True, reduced_motion="reduce")
    expect(opened(page, "en").locator(".player .date")).to_have_text("Jun 2012")
