"""Sensitivity on runs of the model and of a stand-in whose drivers are known."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from experiments import sensitivity
from experiments.bank import read_bank
from experiments.sensed_files import pictures_of, sentences_of, write_sensitivity
from experiments.sensing import analyse, probe
from experiments.sweeping import run_sweep
from experiments.swept_files import write_swept
from model.declarations import declarations
from model.problems import InputError
from model.text import LANGUAGES
from results.league import MAIN
from tests.experiments.stub import stub_of

DESIGN = """
    world: four_villages
    until: 2011-12
    strategies: [no_programme, history]
    replications: 2
    uncertain:
      method: latin_hypercube
      draws: 40
      parameters:
        find_multiplier:
        visit_hours: {low: 0.5, high: 2}
        mandate_delay_months:
"""


def linear(scenario):
    """Coverage rises with the skill of finding where there is a programme, falls a little with visits."""
    base = scenario.schedule[0][1]
    works = scenario.strategy.name == "history"
    chance = 0.01 * np.sin(scenario.seed)
    gain = 0.2 * (base.find_multiplier - 0.5) - 0.01 * base.visit_hours if works else 0.0
    values = {MAIN: 0.3 + gain + chance, "unmet_needs": 100 - 50 * gain, "cost_yuan": 10.0}
    return stub_of(scenario, values)


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sensing")
    path = folder / "design.yaml"
    path.write_text(DESIGN.replace("\n    ", "\n"), encoding="utf-8")
    run_sweep(path, folder / "out", workers=1, simulate=linear)
    return folder / "out"


@pytest.mark.theory
def test_pawn_finds_the_known_drivers_of_what_exists(swept):
    found = sensitivity(swept)
    gain = found.of(("history", "no_programme"))
    assert gain["parameter"].iloc[0] == "find_multiplier"
    assert gain.set_index("parameter")["clear"].to_dict()["find_multiplier"]
    assert not gain.set_index("parameter")["clear"].to_dict()["mandate_delay_months"]
    assert gain.iloc[0]["at_high"] - gain.iloc[0]["at_low"] == pytest.approx(0.16, abs=0.02)
    assert set(found.indices["reference"]) == {"", "no_programme"}
    shares = found.variance.set_index(["outcome", "strategy", "reference"])["draws_share"]
    assert shares[MAIN, "history", "no_programme"] == pytest.approx(1)  # chance is the same in both
    assert shares[MAIN, "no_programme", ""] < 0.5  # chance alone


@pytest.mark.theory
def test_morris_goes_on_with_more_trajectories_and_finds_the_slopes(swept, tmp_path):
    counts = probe(swept, "morris", tmp_path / "m", 6, workers=1, simulate=linear).counts
    assert counts["done"] <= 6 * 4 * 2 * 2
    more = probe(swept, "morris", tmp_path / "m", 9, workers=1, simulate=linear).counts
    assert counts["done"] < more["done"] <= 9 * 4 * 2 * 2  # equal draws are run once
    found = analyse(read_bank(tmp_path / "m"), "morris")
    gain = found.of(("history", "no_programme")).set_index("parameter")
    assert gain["index"].to_dict() == pytest.approx(
        {"find_multiplier": 0.2, "visit_hours": 0.015, "mandate_delay_months": 0}
    )
    assert gain.loc["visit_hours", "direction"] == pytest.approx(-0.015)
    assert gain["clear"].to_dict() == {
        "find_multiplier": True, "visit_hours": True, "mandate_delay_months": False
    }  # fmt: skip


@pytest.mark.theory
def test_sobol_shares_are_those_of_a_line(swept, tmp_path):
    probe(swept, "sobol", tmp_path / "s", 64, workers=1, simulate=linear)
    found = analyse(read_bank(tmp_path / "s"), "sobol")
    gain = found.of(("history", "no_programme")).set_index("parameter")
    parts = np.array([0.2, 0.015]) ** 2
    assert gain.loc["find_multiplier", "index"] == pytest.approx(parts[0] / parts.sum(), abs=0.05)
    assert gain.loc["mandate_delay_months", "index"] == 0
    assert len(found.pairs_of(("history", "no_programme"))) == 3


@pytest.mark.unit
def test_broken_trajectories_are_left_out_and_counted(swept, tmp_path):
    def sometimes(scenario):
        if scenario.schedule[0][1].find_multiplier > 1.4 and scenario.schedule[0][1].visit_hours > 1.9:
            raise ArithmeticError("broken")
        return linear(scenario)

    probe(swept, "morris", tmp_path / "m", 20, workers=1, simulate=sometimes)
    bank = read_bank(tmp_path / "m")
    found = analyse(bank, "morris")
    assert bank.counts["failed"] > 0
    assert 0 < found.facts["left_out"] < 20 * 4
    assert found.of(("history", "no_programme"))["index"].max() == pytest.approx(0.2)


@pytest.mark.unit
@pytest.mark.parametrize("language", LANGUAGES)
def test_files_pictures_and_sentences(swept, language):
    found = sensitivity(swept)
    paths = write_sensitivity(found, language)
    assert all(path.is_file() for path in paths)
    assert pd.read_parquet(swept / "sensitivity.parquet").equals(found.indices)
    schema = json.loads((swept / "schema.json").read_text(encoding="utf-8"))["sensitivity"]
    assert [name for name, entry in schema.items() if "text" not in entry] == []
    said = " ".join(sentences_of(found, language))
    assert ("Skill of finding" if language == "en" else "发现能力倍数") in said
    assert all(picture.caption for picture in pictures_of(found, language).values())
    assert set(pictures_of(found, language)) == {"drivers", "meeting"}


@pytest.mark.unit
def test_what_cannot_be_asked_is_refused_with_a_remedy(swept, tmp_path):
    with pytest.raises(InputError, match="choose one of: pawn, morris, sobol"):
        sensitivity(swept, "sobl")
    with pytest.raises(InputError, match="holds no sweep"):
        sensitivity(tmp_path)
    with pytest.raises(InputError, match="power of two"):
        sensitivity(swept, "sobol", draws=100)
    with pytest.raises(InputError, match="not an outcome"):
        sensitivity(swept, outcome="spells")
    assert not (swept / "sobol").exists()


@pytest.mark.common_numbers
def test_on_the_model_what_is_not_read_moves_nothing_and_finding_moves_what_is_found(swept, tmp_path):
    found = sensitivity(
        swept, "morris", draws=4, replications=1, out=tmp_path / "m", outcome="unmet_needs", workers=1
    )
    gain = found.of(("history", "no_programme"), "unmet_needs").set_index("parameter")
    assert gain.loc["mandate_delay_months", "index"] == 0  # the mandate comes in 2016
    assert gain.loc["find_multiplier", "index"] > 0
    about = json.loads((tmp_path / "m" / "experiment.json").read_text())
    assert about["same"]["seeds"] == "common"


@pytest.mark.theory
def test_one_parameter_at_a_time_tells_both_ends_of_each(tmp_path):
    path = tmp_path / "design.yaml"
    text = DESIGN.replace("\n    ", "\n").replace(
        "method: latin_hypercube\n  draws: 40", "method: one_at_a_time"
    )
    path.write_text(text.replace("low: 0.5, high: 2", "low: 0.5, high: 1.5"), encoding="utf-8")
    run_sweep(path, tmp_path / "out", workers=1, simulate=linear)
    found = sensitivity(tmp_path / "out")
    assert found.method == "one_at_a_time"
    gain = found.of(("history", "no_programme")).set_index("parameter")
    declared: Any = declarations()["find_multiplier"]
    visit_hours: Any = declarations()["visit_hours"].default
    assert gain.index[0] == "find_multiplier"
    for end in ("low", "high"):
        expected = 0.2 * (getattr(declared, end) - 0.5) - 0.01 * visit_hours
        assert gain.loc["find_multiplier", f"at_{end}"] == pytest.approx(expected)
    assert gain.loc["find_multiplier", "index"] == pytest.approx(0.2 * (declared.high - declared.low))
    assert gain.loc["visit_hours", "index"] == pytest.approx(0.01)
    assert gain.loc["visit_hours", "at_high"] < gain.loc["visit_hours", "at_low"]
    assert gain["clear"].to_dict() == {
        "find_multiplier": True,
        "visit_hours": True,
        "mandate_delay_months": False,
    }
    assert found.variance.empty, "such draws are no sample of anything"
    for language in LANGUAGES:
        assert list(pictures_of(found, language)) == ["drivers"]
        assert all(sentences_of(found, language))
    assert (tmp_path / "out" / "design.yaml").is_file()
    page = write_swept(tmp_path / "out")[0].read_text(encoding="utf-8")
    assert "one parameter at a time" in page
    assert "Which choice holds" not in page
