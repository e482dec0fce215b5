"""What an additional result costs: by hand on invented runs, and silent where nothing can be said."""

import numpy as np
import pytest

from results.comparison import Comparison
from results.digest import PROGRAMME, UNMET, Digest
from results.measures.money import DOMINATES, EFFECT_NOT_CLEAR, RATIO_GIVEN, discount_factors
from results.worth import AVERTED, SERVED, cost_table, programme_yuan, value_table

pytestmark = pytest.mark.unit
MONTHS = 20  # 8 of 2010, 12 of 2011
SEEDS = 6
FIELDS = dict.fromkeys(Digest._fields)


def run(strategy, seed, yuan, unmet, served):
    """A run whose programme costs ``yuan`` in every month, with as many unmet child-months."""
    by_year = yuan * np.array([8.0, 12.0])
    money = {f"category/{item}": by_year / len(PROGRAMME) for item in PROGRAMME} | {"category/cases": by_year}
    return Digest(
        **FIELDS | {"strategy": strategy, "seed": seed, "money": money, "outcomes": {"spells_served": served}}
        | {"monthly": {UNMET: np.full(MONTHS, unmet)}}
    )  # fmt: skip


def compared(*strategies, draws=()):
    """Strategies as (name, yuan, unmet, served); chance is shared but for a little of its own."""
    luck = np.random.default_rng(1).normal(0, 1, (len(strategies), SEEDS))
    return Comparison(
        {
            name: [run(name, k, yuan, unmet + luck[s, k], served + luck[s, k]) for k in range(SEEDS)]
            for s, (name, yuan, unmet, served) in enumerate(strategies)
        },
        {},
        draws,
    )


def row(table, effect, rate):
    (found,) = table[(table["effect"] == effect) & (table["discount_rate_per_year"] == rate)].itertuples()
    return found


def test_prices_by_hand():
    found = compared(("without", 0.0, 500, 100), ("with", 1000.0, 400, 300))
    table = cost_table(found)
    plain = row(table, AVERTED, 0.0)
    assert (plain.additional_yuan, plain.place) == (pytest.approx(20_000), RATIO_GIVEN)
    assert plain.additional_effect == pytest.approx(2_000, rel=0.02)
    assert plain.yuan_per_effect == pytest.approx(10, rel=0.02)
    assert plain.yuan_per_effect_low < plain.yuan_per_effect < plain.yuan_per_effect_high
    assert row(table, SERVED, 0.0).yuan_per_effect == pytest.approx(100, rel=0.02)
    later = row(table, AVERTED, 0.05)
    assert later.additional_yuan == pytest.approx(1000 * discount_factors(MONTHS, 0.05).sum())
    assert later.yuan_per_effect == pytest.approx(10, rel=0.02), "money and need are discounted alike"


def test_only_the_programmes_money_counts():
    found = compared(("without", 0.0, 500, 100), ("with", 1000.0, 400, 300))
    assert programme_yuan(found, "with", 0.0) == pytest.approx(np.full(SEEDS, 20_000))


def test_no_price_where_the_effect_is_not_clear_or_one_plan_is_better_in_both():
    table = cost_table(compared(("first", 1000.0, 400, 300), ("same", 1100.0, 400, 300)))
    assert set(table["place"]) == {EFFECT_NOT_CLEAR}
    assert table["yuan_per_effect"].isna().all()
    table = cost_table(compared(("first", 1000.0, 400, 300), ("cheap", 900.0, 300, 400)))
    assert set(table["place"]) == {DOMINATES}


def test_what_a_result_is_worth_decides_which_plan_is_the_best_buy():
    found = compared(("without", 0.0, 500, 100), ("with", 1000.0, 400, 300), draws=(1, 1, 2, 2, 3, 3))
    table = value_table(found)
    shares = table.pivot_table(index="yuan_per_child_month", columns="strategy", values="acceptability_share")
    assert (shares.sum(axis=1) == 1).all()
    assert shares.loc[0.0, "without"] == shares.loc[30.0, "with"] == 1
    more = table[(table["strategy"] == "with") & (table["yuan_per_child_month"] == 30.0)].iloc[0]
    years = discount_factors(MONTHS).sum()
    assert more["net_benefit_yuan"] == pytest.approx((30 * 100 - 1000) * years, rel=0.02)
