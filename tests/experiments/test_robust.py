"""Robustness on a stand-in in which it is known which choice holds where."""

import json

import numpy as np
import pytest

from experiments import robustness
from experiments.prim import SHUFFLES
from experiments.robust_files import judged_of, robust_pictures, write_robustness
from experiments.sweeping import run_sweep
from model.problems import InputError
from model.text import LANGUAGES
from results.league import MAIN
from results.robust_words import limit_words, robust_sentences
from tests.experiments.stub import stub_of

DESIGN = """\
world: four_villages
until: 2011-12
strategies: [no_programme, history, workers_without_desks]
uncertain:
  method: sobol
  draws: 128
  parameters:
    find_multiplier:
    visit_hours: {low: 0.5, high: 2}
    mandate_delay_months:
"""
LOW, HIGH = 0.5, 1.5


def crossing(scenario):
    """The programme gains where finding is skilled and harms where it is not; starved desks never gain."""
    base = scenario.schedule[0][1]
    gain = {"no_programme": 0.0, "history": 0.4 * (base.find_multiplier - 0.8)}
    value = 0.3 + gain.get(scenario.strategy.name, -0.05)
    return stub_of(scenario, {MAIN: value, "cost_yuan": 1.0})


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("robust")
    path = folder / "design.yaml"
    path.write_text(DESIGN, encoding="utf-8")
    run_sweep(path, folder / "out", workers=1, simulate=crossing)
    return folder / "out"


@pytest.fixture(scope="module")
def found(swept):
    return robustness(swept, target=0.3)


@pytest.mark.theory
def test_regret_and_targets_are_those_of_the_lines(found):
    rows = found.regret.set_index("strategy")
    assert rows.index[0] == "history"
    assert rows.loc["history", "regret_max"] == pytest.approx(0.4 * 0.3, abs=0.005)
    assert rows.loc["no_programme", "regret_max"] == pytest.approx(0.4 * 0.7, abs=0.005)
    assert rows.loc["history", "regret_mean"] == pytest.approx(0.4 * 0.3**2 / 2, abs=0.002)
    assert rows.loc["history", "best_share"] == pytest.approx(0.7, abs=0.02)
    assert rows.loc["history", "reached_share"] == pytest.approx(0.7, abs=0.02)
    assert rows.loc["no_programme", "reached_share"] == 1
    assert rows.loc["workers_without_desks", "reached_share"] == 0


@pytest.mark.theory
def test_the_box_is_where_the_lines_cross(found):
    box = found.boxes[found.boxes["strategy"] == "history"]
    assert list(box["parameter"]) == ["find_multiplier"]
    assert box["high"].iloc[0] == pytest.approx(0.8, abs=0.02)
    assert box["sharp"].all()
    assert box["chance"].iloc[0] == 1 / (1 + SHUFFLES)
    assert set(found.boxes["strategy"]) == {"history"}  # the others always or never reach it


@pytest.mark.theory
def test_what_to_know_is_the_skill_of_finding_and_worth_what_the_formula_says(found):
    best = found.worth.iloc[0]
    assert best["parameter"] == "find_multiplier"
    assert best["clear"]
    assert best["value"] == pytest.approx(0.4 * 0.3**2 / 2, abs=0.003)
    assert found.facts["worth_of_all"] == pytest.approx(best["value"], abs=0.003)
    assert not found.worth.set_index("parameter").loc["mandate_delay_months", "clear"]


@pytest.mark.unit
@pytest.mark.parametrize("language", LANGUAGES)
def test_words_pictures_and_files(found, swept, language):
    said = " ".join(robust_sentences(judged_of(found), language))
    expected = {
        "en": "'Skill of finding' is under 0.8", "zh": "“发现能力倍数”低于0.8"
    }  # fmt: skip
    assert expected[language] in said
    assert set(robust_pictures(found, language)) == {"regret", "fails", "worth"}
    assert all(path.is_file() for path in write_robustness(found, language))
    schema = json.loads((swept / "schema.json").read_text(encoding="utf-8"))
    tables = ("robustness", "robustness_boxes", "robustness_worth")
    silent = [name for table in tables for name, entry in schema[table].items() if "text" not in entry]
    assert not silent


@pytest.mark.unit
def test_limits_in_words():
    nothing = {"low": -np.inf, "high": np.inf}
    assert limit_words({**nothing, "parameter": "other_policies", "high": 0.5}).endswith("is off")
    assert limit_words({**nothing, "parameter": "other_policies", "low": 0.5}, "zh").endswith("开启")
    both = limit_words({"parameter": "visit_hours", "low": 0.6, "high": 1.2})
    assert both == "'Length of a home visit' is between 0.6\u00a0hours and 1.2\u00a0hours"


@pytest.mark.unit
def test_by_default_the_target_is_the_mean_of_the_best(swept):
    found = robustness(swept)
    assert found.target == 0.38  # 0.3 + 0.4 × 0.2


@pytest.mark.unit
def test_one_strategy_is_no_choice(tmp_path):
    path = tmp_path / "design.yaml"
    path.write_text(
        DESIGN.replace("no_programme, history, workers_without_desks", "history"), encoding="utf-8"
    )
    run_sweep(path, tmp_path / "out", workers=1, simulate=crossing)
    with pytest.raises(InputError, match="at least two of each"):
        robustness(tmp_path / "out")
