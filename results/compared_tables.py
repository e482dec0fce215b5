"""Tables of a comparison beside its outcomes: groups, cascade, binding steps, money, causes of change.

All are tidy: one row per strategy and cell, with mean and 95 % interval over the runs, and where it makes
sense the paired difference to the first strategy.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from model.calendar import START_YEAR, month_text
from results.binding import STEP_NAMES
from results.comparison import Comparison
from results.digest import Digest
from results.groups import GROUPS
from results.measures.decomposition import Decomposition, decompose
from results.measures.intervals import Interval, paired_difference, t_interval
from results.measures.ratios import Floats
from results.view import COHORT_STEPS

YEAR = 12
PER_CHILDREN = 100
COVERAGE, WAIT = "group_coverage", "group_waits"
GROUP_MEASURES = {COVERAGE: "effective_coverage_share", WAIT: "wait_months_per_case"}
PARTS = ("total", "trend", "other_policy", "programme", "interaction")


def _between(interval: Interval) -> dict[str, float]:
    return {"mean": interval.estimate, "low": interval.low, "high": interval.high}


def groups_table(found: Comparison) -> pd.DataFrame:
    """Return who gains and who waits longer: strategy × measure × group.

    ``group`` and ``others`` are the means of the group and of all other children with the same mix of
    services; ``gap`` is their difference; ``change`` the paired difference of the *group* to the first
    strategy, each with its interval.
    """
    rows = []
    for field, name in GROUP_MEASURES.items():
        base = found.stack(found.strategies[0], field)
        for strategy in found.strategies:
            values = found.stack(strategy, field)
            for k, group in enumerate(GROUPS):
                gap = t_interval(values[:, k, 0] - values[:, k, 1])
                change = paired_difference(values[:, k, 0], base[:, k, 0])
                rows.append(
                    {
                        "measure": name,
                        "strategy": strategy,
                        "group": group,
                        "group_mean": t_interval(values[:, k, 0]).estimate,
                        "others_mean": t_interval(values[:, k, 1]).estimate,
                        "gap": gap.estimate,
                        "gap_low": gap.low,
                        "gap_high": gap.high,
                        "change": change.difference.estimate,
                        "change_low": change.difference.low,
                        "change_high": change.difference.high,
                        "verdict": change.verdict,
                    }
                )
    return pd.DataFrame(rows)


def cascade_table(found: Comparison) -> pd.DataFrame:
    """Return strategy × family of services × step: needs that reached it, and their share of the cohort."""
    rows = []
    for strategy in found.strategies:
        for family in found.first.cascade:
            reached = found.stack(strategy, "cascade", family)
            shares = reached / np.maximum(reached[:, :1], 1.0)
            for k, step in enumerate(COHORT_STEPS):
                level = {f"share_{end}": value for end, value in _between(t_interval(shares[:, k])).items()}
                needs = float(reached[:, k].mean())
                rows.append({"strategy": strategy, "family": family, "step": step, "needs": needs, **level})
    return pd.DataFrame(rows)


def binding_table(found: Comparison) -> pd.DataFrame:
    """Return strategy × county × month: the step that binds in most runs, and in what share of them."""
    parts = []
    for strategy in found.strategies:
        for code in found.first.binding:
            steps = found.run_by_run(strategy, "binding", code).astype(np.int64)
            counted = np.stack([(steps == k).mean(axis=0) for k in range(len(STEP_NAMES))])
            most = counted.argmax(axis=0)
            parts.append(
                pd.DataFrame(
                    {
                        "strategy": strategy,
                        "county_code": int(code),
                        "month": np.arange(steps.shape[1]),
                        "date": [month_text(month) for month in range(steps.shape[1])],
                        "step": np.array(STEP_NAMES)[most],
                        "runs_share": counted.max(axis=0),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def money_table(found: Comparison) -> pd.DataFrame:
    """Return strategy × part × item × year: yuan with interval, and the difference to the first strategy.

    ``part`` is "category", "payer" or "gap" (what was wanted and had no money).
    """
    rows = []
    for strategy in found.strategies:
        for name in found.first.money:
            part, _, item = name.partition("/")
            yuan = found.stack(strategy, "money", name)
            base = found.stack(found.strategies[0], "money", name)
            for k in range(yuan.shape[1]):
                extra = paired_difference(yuan[:, k], base[:, k]).difference
                rows.append(
                    {
                        "strategy": strategy,
                        "part": part,
                        "item": item,
                        "year": START_YEAR + k,
                        **{f"yuan_{end}": value for end, value in _between(t_interval(yuan[:, k])).items()},
                        **{f"extra_yuan_{end}": value for end, value in _between(extra).items()},
                    }
                )
    return pd.DataFrame(rows)


def unmet_per_100_children(digest: Digest, first: bool) -> float:
    """Return needs unmet per hundred children, on average over the first or the last twelve months.

    Unlike the share of need that is met, it stands still in a world in which nothing happens: what was met
    before the run began is not counted as met, so that share rises from nothing in any world.
    """
    window = slice(None, YEAR) if first else slice(-YEAR, None)
    return PER_CHILDREN * float(
        digest.monthly["unmet_child_months"][window].sum() / digest.monthly["children"][window].sum()
    )


def decomposition_of(
    both: Sequence[Digest], own: Sequence[Digest], policy: Sequence[Digest], neither: Sequence[Digest]
) -> Decomposition:
    """Return what changed the needs unmet per hundred children, from the first year to the last, run by run.

    Parameters
    ----------
    both, own
        A strategy with the policies outside the programme, and without them.
    policy, neither
        No programme, with those policies and without them. All with the same seeds, in the same order.
    """

    def ends(digests: Sequence[Digest]) -> Floats:
        return np.array([unmet_per_100_children(digest, first=False) for digest in digests])

    before = np.array([unmet_per_100_children(digest, first=True) for digest in neither])
    return decompose(before, ends(neither), ends(policy), ends(own), ends(both))


def decomposition_table(parts: Mapping[str, Decomposition]) -> pd.DataFrame:
    """Return strategy × part: how much of the change of needs unmet per hundred children each has caused."""
    rows = [
        {
            "strategy": strategy,
            "part": part,
            **_between(t_interval(getattr(found, part))),
            "runs": len(found.total),
        }
        for strategy, found in parts.items()
        for part in PARTS
    ]
    return pd.DataFrame(rows, columns=["strategy", "part", "mean", "low", "high", "runs"])
