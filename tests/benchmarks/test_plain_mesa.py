"""The engine has the state hash of a plain model of the same rules, at the end of every month."""

import re
from collections import Counter

import numpy as np
import pytest

from benchmarks.plain_mesa import export, referrals
from benchmarks.plain_mesa.compare import run_both
from benchmarks.plain_mesa.draws import STREAM, KeyedDraws, PythonDraws, key_of_part
from benchmarks.plain_mesa.plain_model import PlainModel
from benchmarks.plain_mesa.scenarios import CASES, MONTHS, scenario
from columns.draws import child_key, draw, happens, uniform
from columns.layout import N_STATES
from columns.streams import stream
from columns.tallies import METERS
from model.scale_up import ScaleUpModel


@pytest.mark.determinism
@pytest.mark.parametrize("name", CASES)
def test_event_driven_engine_and_monthly_rules_agree_every_month(name):
    flows: Counter = Counter()
    for _, plain in run_both(scenario(name), MONTHS):
        for (_, flow), n in plain.flows.items():
            flows[flow] += n
    happened = flows + plain.counted
    missing = [what for what in CASES[name].meets if not happened[what]]
    assert not missing, f"the scenario never meets {missing}, so it checks less than it says"


@pytest.mark.determinism
def test_a_changed_rule_is_found_with_month_column_and_child(monkeypatch):
    drop_of = referrals.drop_of
    monkeypatch.setattr(referrals, "drop_of", lambda child, helped: 2 * drop_of(child, helped))
    with pytest.raises(AssertionError) as error:
        for _ in run_both(scenario("nobody helps", 3), 3):
            pass
    report = str(error.value)
    assert re.search(r"at the end of 2010-0\d the engine \(first\) and the plain model \(second\)", report)
    assert re.search(r"child [0-9a-f]{16} born .*: needs\.\w+: .*gathering_alone.* \| .*gave_up", report)


@pytest.mark.unit
@pytest.mark.parametrize("month", [-3, 0, 59])
def test_draws_in_whole_numbers_are_those_of_the_kernels(month):
    draws, key = KeyedDraws(), 0xF0E1D2C3B4A59687
    for name in ("child.clock", "desk.rounding", "case.decision"):
        for index in (0, 7, 1023):
            bits = int(draw(np.uint64(key), stream(name), month, index))
            assert draws.bits(key, name, month, index) == bits
            assert draws.uniform(key, name, month, index) == uniform(np.uint64(bits))
            for probability in (0.0, 0.3, 1.0):
                expected = bool(happens(np.uint64(bits), probability))
                assert draws.happens(probability, key, name, month, index) is expected
    assert key_of_part(key, 12) == int(child_key(np.uint64(key), 12))
    assert len(set(STREAM.values())) == len(STREAM)


@pytest.mark.statistical
def test_with_pythons_own_generator_the_world_is_of_the_same_kind():
    """Other draws, the same rules: means of six runs within four standard errors (one false alarm in 100)."""
    name, months = "workers everywhere", 18
    engine, plain = [], []
    for seed in range(6):
        fast = ScaleUpModel(scenario(name, months, seed)).run()
        slow = PlainModel(scenario(name, months, seed), keyed=False)
        assert isinstance(slow.draws, PythonDraws)
        for _ in range(months):
            slow.step()
        assert export.state_hash(slow) != fast.state_hash()
        assert slow.meters["child_months"] == fast.observed.meters[-1, METERS.index("child_months")]
        tally = fast.state.county_tally[:, :, :N_STATES].sum(axis=(0, 1))
        engine.append([*tally, *fast.observed.meters[-1]])
        own = np.sum([village.stock for village in slow.villages], axis=0)
        plain.append([*own, *(slow.meters[meter] for meter in METERS)])
    difference = np.mean(plain, axis=0) - np.mean(engine, axis=0)
    error = np.sqrt((np.var(plain, axis=0, ddof=1) + np.var(engine, axis=0, ddof=1)) / len(plain))
    assert (np.abs(difference) <= 4 * error).all(), (difference / np.maximum(error, 1e-9)).round(1)
