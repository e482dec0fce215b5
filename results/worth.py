"""What an additional result costs, and from which value of a result a strategy is the best buy.

Money is that of the programme: what somebody decides to spend. Services and allowances that children receive
follow from rules and are theirs.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from model.calendar import year_of
from results.comparison import Comparison
from results.digest import PROGRAMME, UNMET
from results.measures.intervals import Interval, paired_difference
from results.measures.money import (
    DISCOUNT_RATE,
    DISCOUNT_RATES,
    acceptability,
    cost_effectiveness,
    net_benefit,
    present_value,
)
from results.measures.ratios import Floats

AVERTED, SERVED = "unmet_child_months_averted", "additional_spells_served"
NOT_DISCOUNTED = 0.0
YUAN_PER_MONTH_MET = (0.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0)
"""What a child-month of need met may be worth to who plans; nobody has asked, so a wide range is shown."""


def programme_yuan(found: Comparison, strategy: str, rate: float) -> Floats:
    """Return the programme's discounted money, one per run; a year's is spread evenly over its months."""
    months = found.run_by_run(strategy, "monthly", UNMET).shape[-1]
    years = np.array([year_of(month) for month in range(months)])
    _, position, n_months = np.unique(years, return_inverse=True, return_counts=True)
    by_year = sum(found.run_by_run(strategy, "money", f"category/{item}") for item in PROGRAMME)
    return present_value((by_year / n_months)[:, position], rate)


def unmet_months(found: Comparison, strategy: str, rate: float) -> Floats:
    """Return the discounted child-months of unmet need, one per run."""
    return present_value(found.run_by_run(strategy, "monthly", UNMET), rate)


def cost_table(found: Comparison) -> pd.DataFrame:
    """Return strategy × effect × discount rate: what it costs and brings more than the first strategy.

    ``effect`` is cases served (known for the whole run, so never discounted) or child-months of unmet need
    averted. ``yuan_per_effect`` and its ends are missing unless ``place`` is "ratio"; see
    :class:`results.measures.money.CostEffectiveness`.
    """
    first, *others = found.strategies
    rows = []
    for strategy in others:
        for effect, rate in ((SERVED, NOT_DISCOUNTED), *((AVERTED, rate) for rate in DISCOUNT_RATES)):
            yuan = programme_yuan(found, strategy, rate) - programme_yuan(found, first, rate)
            if effect == SERVED:
                gain = found.values(strategy, "spells_served") - found.values(first, "spells_served")
            else:
                gain = unmet_months(found, first, rate) - unmet_months(found, strategy, rate)
            told = cost_effectiveness(found.by_draw(yuan), found.by_draw(gain))
            rows.append(
                {
                    "strategy": strategy,
                    "effect": effect,
                    "discount_rate_per_year": rate,
                    **_ends("additional_yuan", told.extra_yuan),
                    **_ends("additional_effect", told.extra_effect),
                    **_ends("yuan_per_effect", told.ratio),
                    "place": told.place,
                }
            )
    return pd.DataFrame(rows)


def _ends(name: str, interval: Interval | None) -> dict[str, float]:
    known = interval or Interval(float("nan"), float("nan"), float("nan"), 0)
    return {name: known.estimate, f"{name}_low": known.low, f"{name}_high": known.high}


def value_table(found: Comparison) -> pd.DataFrame:
    """Return strategy × value of a child-month of need met: net benefit, and how often it is the highest.

    ``net_benefit_yuan`` is the mean difference to the first strategy with its interval;
    ``acceptability_share`` the share of draws (of seeds, without draws) in which the strategy is the best.
    """
    yuan, effect = (_by_strategy(found, part) for part in (programme_yuan, unmet_months))
    shares = acceptability(yuan, -effect, YUAN_PER_MONTH_MET)
    benefit = net_benefit(yuan, -effect, YUAN_PER_MONTH_MET)
    rows = []
    for v, value in enumerate(YUAN_PER_MONTH_MET):
        for s, strategy in enumerate(found.strategies):
            more = paired_difference(benefit[v, :, s], benefit[v, :, 0]).difference
            rows.append(
                {
                    "strategy": strategy,
                    "yuan_per_child_month": value,
                    **_ends("net_benefit_yuan", more),
                    "acceptability_share": float(shares[v, s]),
                }
            )
    return pd.DataFrame(rows)


def _by_strategy(found: Comparison, part: Callable[[Comparison, str, float], Floats]) -> NDArray[np.float64]:
    """Return a discounted amount of every strategy, shape (draws or runs, strategies)."""
    return np.stack(
        [found.by_draw(part(found, strategy, DISCOUNT_RATE)) for strategy in found.strategies], axis=-1
    )
