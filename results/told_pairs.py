"""What the application tells of two strategies on the same random numbers: levels and paired differences."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from results.measures.intervals import paired_difference, t_interval
from results.measures.ratios import Floats


def told_pairs(first: Mapping[str, Floats], second: Mapping[str, Floats]) -> dict[str, Any]:
    """Return what can be said of two strategies after so many pairs of runs.

    Parameters
    ----------
    first, second
        By outcome, a value per pair; pairs share draw and seed.

    Returns
    -------
    dict
        ``pairs``, and for every outcome both means with their intervals and the paired difference (second
        minus first) with its verdict.
    """
    rows = []
    for name, ours in first.items():
        difference = paired_difference(second[name], ours)
        rows.append(
            {
                "outcome": name,
                "first": t_interval(ours)._asdict(),
                "second": t_interval(second[name])._asdict(),
                "difference": difference.difference._asdict(),
                "verdict": difference.verdict,
                "variance_removed": asdict(difference)["variance_removed"],
            }
        )
    return {"pairs": len(next(iter(first.values()))), "outcomes": rows}
