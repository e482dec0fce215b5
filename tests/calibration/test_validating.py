"""``validate`` on a small scale: every figure told, misses named, structures and priors changed."""

import csv

import numpy as np
import pytest

from calibration import predictive
from calibration.fitting import Plan
from calibration.held_out import held_out_file
from calibration.predictive import HISTORY, NO_MANDATE, STRUCTURES
from calibration.targets import BLOCKS, axes_of, block_file
from calibration.validating import (
    GREATEST,
    HAZARD_ONLY,
    STAGED_LAGS,
    Sizes,
    doubled,
    run_validation,
    staged_block,
    verdict,
)
from calibration.validation import validation
from calibration.validation_page import page
from experiments.executors import open_pool
from model.declarations import Bilingual, declarations
from model.problems import InputError
from model.reading import ROOT

pytestmark = pytest.mark.statistical

SIZES = Sizes(paths=4, whole=1, doubled=Plan(16, 8, most_waves=1, fresh=2, best_of=1, best_seeds=1))


@pytest.fixture(scope="module")
def validated(made, tmp_path_factory):
    folder, _ = made
    with pytest.MonkeyPatch.context() as patch, open_pool(1) as pool:
        patch.setattr(predictive, "WHOLE_WORLD", "teaching")
        out = tmp_path_factory.mktemp("validation")
        yield run_validation(folder / "out", out, pool, SIZES), out, patch


def test_every_hold_out_of_the_evidence_is_compared_or_said_not_to_be_comparable():
    with (ROOT / "data" / "evidence" / "evidence.csv").open(encoding="utf-8") as evidence:
        rows = list(csv.DictReader(evidence))
    wanted = {row["id"] for row in rows if row["use"] == "hold-out validation"}
    file = held_out_file()
    compared = {name for each in file.held_out for name in each.evidence}
    named = {name for each in file.not_comparable for name in each.evidence}
    assert wanted <= compared | named
    assert (
        not {name for block in BLOCKS for each in block_file(block).targets for name in each.evidence}
        & wanted
    )


def test_posts_are_shares_of_the_denominators_of_their_time():
    with (ROOT / "data" / "evidence" / "evidence.csv").open(encoding="utf-8") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    low, high = float(rows["D17"]["low"]), float(rows["D17"]["high"])
    shares = [each for each in held_out_file().held_out if each.measure == "share_with_post"]
    assert len(shares) == 5
    for each in shares:
        persons = float(rows[each.evidence[0]]["value"])
        assert (each.low, each.high) == pytest.approx((persons / high, persons / low), abs=6e-4)


def test_every_target_and_hold_out_has_a_verdict(validated):
    found, _, _ = validated
    names = [target.name for block in BLOCKS for target in block_file(block).targets]
    names += [each.name for each in held_out_file().held_out]
    assert [each.name for each in found.verdicts] == names
    for each in found.verdicts:
        assert each.prior[0] <= each.prior[1] <= each.prior[2]
        assert each.posterior[0] <= each.posterior[1] <= each.posterior[2]


def test_without_the_mandate_the_approach_hardly_spreads_and_before_it_nothing_differs(validated):
    found, _, _ = validated
    named = {each.name: each for each in found.structures}
    assert set(named) == {HISTORY, NO_MANDATE, *STRUCTURES, GREATEST}
    assert named[NO_MANDATE].villages["2016-05"] == named[HISTORY].villages["2016-05"]
    assert named[NO_MANDATE].villages["2021-12"][2] < named[HISTORY].villages["2021-12"][0]


def test_structures_move_what_they_should(validated):
    found, _, _ = validated
    named = {each.name: each.villages for each in found.structures}
    assert named["mandate_24_later"]["2017-05"][1] < named["mandate_12_later"]["2017-11"][1]
    assert named["mandate_12_later"]["2017-05"][1] < named[HISTORY]["2017-05"][1]
    assert named["early_push"]["2014-11"][1] > named[HISTORY]["2014-11"][1]
    assert named[GREATEST]["2014-11"][1] >= named[HISTORY]["2014-11"][1]
    assert named["no_peers"]["2015-05"][1] <= named[HISTORY]["2015-05"][1]


def test_the_staged_chain_is_fitted_with_its_own_lags(validated):
    found, _, _ = validated
    names = staged_block().file.names
    assert {*STAGED_LAGS} <= {*names}
    assert not {*HAZARD_ONLY} & {*names}
    assert found.staged.posterior[0] <= found.staged.posterior[2]
    assert found.staged.prior[2] < 59_000, "with the middle of its evidence a chain takes longer than a year"


def test_the_page_tells_all_and_names_what_is_missed(validated):
    found, _, _ = validated
    for language in ("en", "zh"):
        lines = "\n".join(page(found, language, "images"))
        for each in found.verdicts:
            assert each.label.in_language(language) in lines
        for each in held_out_file().not_comparable:
            assert each.why.in_language(language) in lines
        missed = [each for each in found.verdicts if not each.covered]
        assert missed, "a fit of a hundred rows misses something"
        assert all(f"**{each.label.in_language(language)}**" in lines for each in missed)


def test_the_command_writes_page_and_pictures_and_simulates_nothing_twice(validated, made, monkeypatch):
    _, out, _ = validated
    folder, _ = made
    monkeypatch.setattr(predictive, "simulate_path", None)
    written = validation(folder / "out", out, sizes=SIZES, workers=1, language="zh")
    assert {path.name for path in written.paths} == {
        "validation.md", "validation_paths.png", "validation_paths.svg", "validation_verdicts.png",
        "validation_verdicts.svg",
    }  # fmt: skip
    assert all(path.is_file() for path in written.paths)


def test_without_a_posterior_it_says_how_to_make_one(tmp_path):
    with open_pool(1) as pool, pytest.raises(InputError, match="calibrate"):
        run_validation(tmp_path, tmp_path / "out", pool, SIZES)


def test_doubled_priors_are_twice_as_wide_within_what_the_model_accepts():
    (logarithmic,) = axes_of(["mandate_hazard_per_month"])
    wider = doubled(logarithmic)
    ratio = np.log(wider.high / wider.low) / np.log(logarithmic.high / logarithmic.low)
    assert ratio == pytest.approx(2.0)
    for axis in block_file("rollout").axes:
        lowest, highest = declarations()[axis.name].allowed
        assert (
            axis.values
            or lowest <= doubled(axis).low <= axis.low < axis.high <= doubled(axis).high <= highest
        )


def test_a_verdict_needs_the_range_to_meet_what_was_reported():
    label = Bilingual(en="x", zh="x")
    met = verdict("x", label, (), False, (10.0, 12.0), (0.0, 5.0, 20.0), (11.5, 13.0, 15.0))
    assert met.covered
    assert met.sharpness == pytest.approx(3.5 / 20.0)
    assert not verdict("x", label, (), False, (10.0, 12.0), (0.0, 5.0, 20.0), (12.5, 13.0, 15.0)).covered
