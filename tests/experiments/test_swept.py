"""The report of a sweep: one offline page in both languages that counts what failed and names what drives."""

import numpy as np
import pytest

from experiments.sensing import probe
from experiments.store import ABOUT
from experiments.sweeping import run_sweep
from experiments.swept_files import write_swept
from model.problems import InputError
from model.text import LANGUAGES
from results.league import LEAGUE_OUTCOMES, MAIN
from tests.experiments.stub import stub_of
from tests.languages import pages_differ
from tests.results.pages import Page, outside_requests

DESIGN = """\
world: four_villages
until: 2011-12
strategies: [no_programme, history]
replications: 2
parameters: {seats_growth_per_month: 0.1}
uncertain:
  method: latin_hypercube
  draws: 40
  parameters:
    find_multiplier:
    visit_hours: {low: 0.5, high: 2}
levers:
  parameters:
    desk_fte_factor: [0.5, 2]
"""
MOST_BYTES = 3_000_000


def simulated(scenario):
    """Gains with the skill of finding and with desks under the programme; fails in one corner."""
    base = scenario.schedule[0][1]
    if base.find_multiplier > 1.45:
        raise ArithmeticError("too skilled")
    works = scenario.strategy.name == "history"
    gain = (0.2 * (base.find_multiplier - 0.8) + 0.05 * base.desk_fte_factor) if works else 0.0
    values = {name: 100 + 50 * gain for name, _ in LEAGUE_OUTCOMES}
    return stub_of(scenario, {**values, MAIN: 0.3 + gain + 0.01 * np.sin(scenario.seed)})


def written(folder, text, simulate=simulated):
    path = folder / "design.yaml"
    path.write_text(text, encoding="utf-8")
    run_sweep(path, folder / "out", workers=1, simulate=simulate)
    return folder / "out"


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = written(tmp_path_factory.mktemp("swept"), DESIGN)
    probe(folder, "morris", folder / "morris", 4, workers=1, simulate=simulated)
    return folder


@pytest.mark.unit
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_offline_and_says_what_it_rests_on(swept, language):
    paths = write_swept(swept, language)
    html = paths[0].read_text(encoding="utf-8")
    assert outside_requests(html) == []
    assert len(html.encode()) < MOST_BYTES
    page = Page(html)
    words = page.text
    expected = {
        "en": (
            "Skill of finding",
            "runs failed",
            "Which choice holds",
            "drawn: 0.5 – 1.5",
            "tried: 0.5 and 2",
        ),
        "zh": ("发现能力倍数", "次模拟失败", "哪种选择更稳健", "抽取：0.5 – 1.5", "试验：0.5和2"),
    }
    missing = [word for word in expected[language] if word not in words]
    assert not missing
    assert "python run.py sweep design.yaml --out runs/out" in words
    assert "method: latin_hypercube" in words
    assert page.tags.count("svg") >= 6  # spread, levers, drivers, meeting, Morris twice, regret …
    assert all(path.is_file() for path in paths)
    assert "nan" not in words.lower().split()


@pytest.mark.unit
def test_no_cell_stands_in_one_language_only(swept):
    english, chinese = (write_swept(swept, each)[0].read_text(encoding="utf-8") for each in LANGUAGES)
    assert pages_differ(english, chinese) == []


@pytest.mark.unit
def test_runs_of_morris_have_a_page_of_their_own(swept):
    words = Page(write_swept(swept / "morris")[0].read_text(encoding="utf-8")).text
    assert "on average over its whole range" in words
    assert "too few" not in words
    assert "Which choice holds" not in words


@pytest.mark.unit
def test_one_strategy_is_no_choice_but_has_drivers(tmp_path):
    text = DESIGN.replace("[no_programme, history]", "[history]").partition("levers:")[0]
    words = Page(write_swept(written(tmp_path, text))[0].read_text(encoding="utf-8")).text
    assert "What moves effective coverage under 'History' most is 'Skill of finding'" in words
    assert "Which choice holds" not in words


@pytest.mark.unit
def test_expansions_are_part_of_the_command(tmp_path):
    folder = written(tmp_path, DESIGN)
    run_sweep(folder / "design.yaml", folder, workers=1, simulate=simulated, expand=5)
    html = write_swept(folder)[0].read_text(encoding="utf-8")
    assert "--expand 5" in html


@pytest.mark.unit
def test_a_sweep_of_levers_alone_has_a_page_without_draws(tmp_path):
    text = "world: four_villages\nuntil: 2011-12\nreplications: 3\nuncertain: {draws: 0}\n"
    text += "levers: {parameters: {desk_fte_factor: [1, 2]}}"
    html = write_swept(written(tmp_path, text))[0].read_text(encoding="utf-8")
    words = Page(html).text
    assert "chance alone" in words
    assert "What drives" not in words


@pytest.mark.unit
def test_few_draws_are_said_to_be_few(tmp_path):
    folder = written(tmp_path, DESIGN.replace("draws: 40", "draws: 8"))
    html = write_swept(folder)[0].read_text(encoding="utf-8")
    assert "draws are too few" in Page(html).text


@pytest.mark.unit
def test_where_nothing_succeeded_there_is_no_page_and_the_reason_is_told(tmp_path):
    def broken(scenario):
        raise ArithmeticError

    folder = written(tmp_path, DESIGN.replace("draws: 40", "draws: 2"), broken)
    with pytest.raises(InputError, match="16 failed"):
        write_swept(folder)
    assert (folder / ABOUT).is_file()
    assert not (folder / "report.html").exists()
