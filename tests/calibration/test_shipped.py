"""What is shipped: the table that experiments draw from, and whether today's model still agrees with it."""

import importlib.util
import shutil
from typing import Any

import numpy as np
import pytest
import yaml

import run  # noqa: F401 - its commands enter the application
from calibration.blocks import block_of
from calibration.defaults import AFTERWARDS, adopt, best_values, with_defaults
from calibration.posterior import ROWS
from calibration.targets import BLOCKS, block_file, standardised
from commands.shared import app
from experiments.files import read_json
from experiments.posterior import SHIPPED, posterior_rows
from model.declarations import FOLDER, declarations

pytestmark = pytest.mark.statistical

REGENERATE = "the model has moved away from the shipped posterior: run python run.py calibrate --check --ship"


@pytest.fixture(scope="module")
def provenance():
    return read_json(SHIPPED.with_suffix(".json"))


def test_the_table_has_all_that_was_drawn():
    rows = posterior_rows(ROWS)
    names = {name for block in BLOCKS for name in (*block_file(block).names, *block_file(block).cut)}
    assert set(rows[0]) == names
    for name in names:
        low, high = declarations()[name].allowed
        assert all(float(low) <= float(row[name]) <= float(high) for row in rows)


@pytest.mark.parametrize("name", BLOCKS)
def test_the_model_of_today_still_meets_the_targets_with_the_best_member(name, provenance):
    """A change of the model that moves its numbers makes this fail; one that does not, does not."""
    entry, block = provenance["blocks"][name], block_of(name)
    best = entry["best"]
    (limit,) = [gate["limit"] for gate in entry["gates"] if gate["name"] == "misfit"]
    values = []
    for seed in best["seeds"][:2]:
        scenario = block.study.scenario(block.file.strategy, best["parameters"], seed)
        outcomes = block.simulate(scenario).digest.outcomes
        values.append([outcomes[target.name] for target in block.targets])
    misfit = np.mean(standardised(block.targets, np.array(values)) ** 2)
    assert misfit <= max(limit, 2.0 * best["misfit"]), REGENERATE


@pytest.mark.parametrize("name", BLOCKS)
def test_the_table_is_what_its_provenance_says(name, provenance):
    """Medians of the table lie where the provenance has them."""
    rows = posterior_rows(ROWS)
    for entry in provenance["blocks"][name]["parameters"]:
        median = np.median([row[entry["name"]] for row in rows])
        low, high = entry["quantiles"][1], entry["quantiles"][3]
        assert low <= median <= high, entry["name"]


def test_the_best_member_can_be_made_the_defaults(tmp_path, provenance):
    folder = tmp_path / "parameters"
    shutil.copytree(FOLDER, folder)
    values = best_values()
    for path in folder.glob("*.yaml"):
        lowest = {name: float(declarations()[name].low or 0) for name in values}
        path.write_text(with_defaults(path.read_text(encoding="utf-8"), lowest), encoding="utf-8")
    changed = adopt(folder)
    assert changed
    read: dict[str, Any] = {}
    for path in folder.glob("*.yaml"):
        read |= yaml.safe_load(path.read_text(encoding="utf-8"))
    for name, fields in read.items():
        if name in values:
            assert float(fields["default"]) == pytest.approx(values[name], rel=1e-9)
            assert fields["low"] <= float(fields["default"]) <= fields["high"]
    for name, each in declarations(folder).items():
        if name not in values:
            assert each.default == declarations()[name].default
    assert adopt(folder) == []


def test_only_numbers_that_a_block_draws_become_defaults():
    drawn = {name for block in BLOCKS for name in block_file(block).names}
    assert set(best_values()) == drawn


def test_what_is_to_be_made_again_can_be_run():
    """Every module named exists, and every command."""
    for line in AFTERWARDS:
        words = line.split("  #")[0].split()
        if words[1] == "-m":
            assert importlib.util.find_spec(words[2]) is not None, line
        else:
            assert words[1] == "run.py"
            names = [each.name or getattr(each.callback, "__name__", "") for each in app.registered_commands]
            assert words[2] in names
