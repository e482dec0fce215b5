"""``sensitivity``, ``robustness`` and ``report`` on a sweep, as a user types them."""

import json

import pytest
from typer.testing import CliRunner

from commands import reporting, sensing
from commands.shared import app
from experiments.sweeping import run_sweep
from model.problems import InputError
from tests.experiments.stub import failing, stub_of

pytestmark = pytest.mark.unit

COMMANDS = (sensing, reporting)  # registered with the application
DESIGN = """\
world: four_villages
until: 2011-12
strategies: [no_programme, history]
uncertain:
  method: latin_hypercube
  draws: 40
  parameters:
    find_multiplier:
    visit_hours: {low: 0.5, high: 2}
"""


def simulated(scenario):
    gain = scenario.schedule[0][1].find_multiplier if scenario.strategy.name == "history" else 0.9
    return stub_of(scenario, {"effective_coverage_share": 0.3 * gain})


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("commands")
    path = folder / "design.yaml"
    path.write_text(DESIGN, encoding="utf-8")
    run_sweep(path, folder / "out", workers=1, simulate=simulated)
    return folder / "out"


def invoke(*words):
    return CliRunner().invoke(app, [*map(str, words), "--language", "en"], catch_exceptions=False)


def test_sensitivity_says_what_drives_and_where_it_is_written(swept):
    done = invoke("sensitivity", swept)
    assert done.exit_code == 0
    assert "'Skill of finding'" in done.output
    assert "80 of 80 runs are done, 0 failed; 0 were made now." in done.output
    found = json.loads(invoke("sensitivity", swept, "--json").output)
    assert found["draws"] == 40
    assert any(path.endswith("drivers.png") for path in found["files"])


def test_robustness_takes_a_target(swept):
    found = json.loads(invoke("robustness", swept, "--target", "0.3", "--json").output)
    assert found["target"] == 0.3
    assert found["misses"]["no_programme"] == 40
    assert 0 < found["misses"]["history"] < 40
    assert "'Skill of finding' is under" in " ".join(found["found"])


def test_a_sweep_has_a_report_and_no_workbook(swept):
    assert "report.html" in invoke("report", swept).output
    with pytest.raises(InputError, match="have no workbook"):
        invoke("report", swept, "--workbook")
    assert not (swept / "results.xlsx").exists()


def test_failed_runs_of_a_sweep_are_told(tmp_path):
    path = tmp_path / "design.yaml"
    text = "world: four_villages\nuntil: 2011-12\nreplications: 4\nuncertain: {draws: 0}\n"
    text += "strategies: [no_programme, history]\n"
    path.write_text(text, encoding="utf-8")
    run_sweep(path, tmp_path / "out", workers=1, simulate=failing)
    assert "report.html" in invoke("report", tmp_path / "out").output
    html = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "2 runs failed and are left out" in html
