import numpy as np
import pytest

from calibration import bank as banks
from calibration.bank import again, make_bank
from calibration.blocks import block_of
from experiments.executors import open_pool
from model.problems import InputError

pytestmark = pytest.mark.determinism

ROWS = 16


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bank") / "rollout"
    with open_pool(1) as pool:
        return folder, make_bank(block_of("rollout"), folder, ROWS, pool), pool


def test_any_part_computed_again_is_the_same_to_the_last_bit(made):
    folder, part, _ = made
    assert np.array_equal(again(block_of("rollout"), folder, [3, 11]), part.values[[2, 10]])


def test_a_bank_that_was_stopped_goes_on_and_ends_the_same(made, tmp_path):
    _, part, pool = made
    block = block_of("rollout")
    done = 0

    def stops(scenario):
        nonlocal done
        done += 1
        if done > ROWS // 2:
            raise KeyboardInterrupt
        return block.simulate(scenario)

    stopping = type(block)(block.name, block.file, block.study, stops)
    with pytest.raises(KeyboardInterrupt):
        make_bank(stopping, tmp_path / "b", ROWS, pool)
    resumed = make_bank(block, tmp_path / "b", ROWS, pool)
    assert np.array_equal(resumed.values, part.values)
    assert np.array_equal(resumed.quantiles, part.quantiles)


def test_a_larger_bank_begins_with_the_smaller_one(made, tmp_path):
    _, part, pool = made
    block = block_of("rollout")
    small = make_bank(block, tmp_path / "b", ROWS // 4, pool)
    assert np.array_equal(small.values, part.values[: ROWS // 4])
    grown = make_bank(block, tmp_path / "b", ROWS // 2, pool)
    assert np.array_equal(grown.values, part.values[: ROWS // 2])
    assert len(make_bank(block, tmp_path / "b", ROWS // 4, pool).values) == ROWS // 4


def test_quantiles_are_those_the_values_were_made_from(made):
    _, part, _ = made
    for k, axis in enumerate(block_of("rollout").axes):
        again_values = [axis.at(quantile) for quantile in part.quantiles[:, k]]
        assert len(set(again_values)) > 1
    assert ((part.quantiles >= 0) & (part.quantiles <= 1)).all()


@pytest.mark.parametrize("what", ["engine", "prior", "world"])
def test_a_bank_of_something_else_is_refused(made, monkeypatch, what):
    folder, _, pool = made
    block = block_of("rollout")
    if what == "engine":
        monkeypatch.setattr(banks, "source_hashes", lambda: ("another", "kept", "data"))
    elif what == "prior":
        fewer = block.file.model_copy(update={"fitted": block.file.fitted[1:]})
        block = type(block)(block.name, fewer, block.study, block.simulate)
    else:
        study = type(block.study)(
            "five_provinces", block.study.until, block.study.candidates, seeds="separate"
        )
        block = type(block)(block.name, block.file, study, block.simulate)
    with pytest.raises(InputError) as refused:
        make_bank(block, folder, ROWS, pool)
    assert what in " ".join(refused.value.messages("en"))
