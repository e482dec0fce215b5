"""The same numbers compiled or not, on one thread or several, wherever a county lies in memory."""

import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from columns.compiling import ROOT
from columns.layout import STAGE_UNIVERSAL
from model.money import COUNTERS, UNLIMITED_FEN
from model.staffing import staff_posts
from tests.model.spread_help import counties_of, rules_with, villages_of

pytestmark = pytest.mark.determinism

PROGRAM = """
import hashlib, json
from model.policy import hold, make_policy
from model.scenario import make_scenario
from model.spread_only import DEPTHS, run_spread
from model.worlds import build_world

hashes = {}
world = build_world("four_villages")
for strategy in ("history", "poorest_first", "neighbours_first"):
    scenario = make_scenario("four_villages", strategy, until=100, children="none")
    policy = hold(make_policy(scenario.schedule), dict(
        seats_at_mandate_per_month=1e6, adoption_p0_per_month=0.05, mandate_hazard_per_month=1.0,
        election_turnover_share=0.4, turnover_per_year=0.3, budget_binds=1.0, propensity_poverty=0.3,
        county_budget_yuan_per_child_per_year=150.0, mandate_month=60.0,
        seats_mode=float(strategy == "history"),
    ))
    for depth in DEPTHS:
        run = run_spread(
            world, policy, scenario.strategy.waves, scenario.strategy.order_index, 5, 100, depth
        )
        state = run.series.tobytes() + run.national_seats.tobytes() + run.counties.tobytes()
        hashes[f"{strategy} {depth}"] = hashlib.blake2b(state).hexdigest()
        assert run.total("villages_with_post")[100] > 0
print(json.dumps(hashes))
"""


def hashes(**environment):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_compiled_and_plain_python_agree_to_the_last_bit():
    plain = hashes(NUMBA_DISABLE_JIT="1")
    compiled = hashes(NUMBA_DISABLE_JIT="0")
    assert plain == compiled
    assert len(set(plain.values())) >= 4


def staffed(n_threads, months=30):
    rules = rules_with(turnover_per_year=0.2, mandate_month="never", designated_training_months=6)
    counties = counties_of(24, np.arange(24) * 5)
    townships, villages = villages_of(counties)
    rank = np.arange(len(villages), dtype=np.int32)
    counters = np.zeros((24, len(COUNTERS)), dtype=np.int64)
    counties.stage, counties.budget, counties.posts_funded = (
        STAGE_UNIVERSAL,
        UNLIMITED_FEN,
        counties.n_villages,
    )
    counties.next_election = 12

    def work(month, block):
        for c in block:
            staff_posts(month, c, counties, townships, villages, rank, counters, rules)

    with ThreadPoolExecutor(n_threads) as pool:
        for month in range(months):
            counties.seats = 3
            blocks = (
                [range(24)]
                if n_threads == 1
                else [range(i, 24, n_threads) for i in reversed(range(n_threads))]
            )
            list(pool.map(work, [month] * len(blocks), blocks))
    parts = (counties, townships, villages, counters)
    return hashlib.blake2b(b"".join(part.tobytes() for part in parts)).hexdigest()


def test_threads_and_the_order_of_counties_change_nothing():
    assert staffed(1) == staffed(2) == staffed(3)


def test_a_county_is_the_same_in_another_world():
    rules = rules_with(turnover_per_year=0.3)
    found = []
    for others in (0, 7):
        counties = counties_of(others + 1, 60)
        counties.code[-1] = 530001
        townships, villages = villages_of(counties)
        counties.stage, counties.budget, counties.posts_funded = STAGE_UNIVERSAL, UNLIMITED_FEN, 60
        counties.seats, counties.next_election = 60, 7
        counters = np.zeros((others + 1, len(COUNTERS)), dtype=np.int64)
        for month in range(20):
            rank = np.arange(len(villages), dtype=np.int32)
            staff_posts(month, others, counties, townships, villages, rank, counters, rules)
        here = villages[villages.county == others]
        found.append((here.hired_month.tolist(), here.skill.tolist(), here.dedicated.tolist()))
    assert found[0] == found[1]
