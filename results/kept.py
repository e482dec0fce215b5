"""What an experiment keeps of a run: its outcomes, a few small arrays, and the needs at its end.

The digest of a run as it stands in a store: outcomes are columns of ``runs.parquet``, arrays are rows of
``details``; both come back as a digest. The ends of a run are only handed to the runs of the same seed that
are compared with it child by child, and never stored.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from model.scale_up import ScaleUpModel
from results.digest import LATE_MONTHS, Digest, Ends, digest, ends
from results.measures.equity import erreygers_index
from results.measures.ratios import Floats, divide
from results.waits import followed_cases

SEPARATOR = "/"
PER_SERVICE = ("busy", "backlog")
BY_NAME = ("monthly", "cascade", "waits", "money", "binding")
SINGLE = ("group_waits", "group_coverage", "fifths")
PAIR = 2


class Kept(NamedTuple):
    """A finished run in brief, and the needs of its children at the end, bit by bit."""

    digest: Digest
    ends: Ends


def keep(model: ScaleUpModel) -> Kept:
    """Return what is kept of a model after its last month."""
    found = digest(model)
    return Kept(found._replace(outcomes={**found.outcomes, **_from_model(model)}), ends(model))


def _from_model(model: ScaleUpModel) -> dict[str, float]:
    """Return the outcomes that need more than the tables of a view."""
    months, late = model.months_done, min(LATE_MONTHS, model.months_done)
    observed = model.observed
    met, needed = (
        table[months - late : months].sum(axis=(0, 1))
        for table in (observed.wealth_met, observed.wealth_needed)
    )
    followed = followed_cases(model)
    return {
        "children": float(observed.children[months - 1]),
        "served_within_3_months_share": float(divide(followed.served.sum(), followed.followed.sum())),
        "erreygers_index": float(erreygers_index(met, needed)),
    }


def arrays_of(found: Digest) -> dict[str, Floats]:
    """Return the arrays of a digest by name, each flat and in its own unit: shape (n,)."""
    arrays = {
        f"{field}{SEPARATOR}{service}": getattr(found, field)[k]
        for field in PER_SERVICE
        for k, service in enumerate(found.desks)
    }
    for field in BY_NAME:
        arrays |= {f"{field}{SEPARATOR}{name}": values for name, values in getattr(found, field).items()}
    arrays |= {field: getattr(found, field).ravel() for field in SINGLE}
    return {name: np.asarray(values, dtype=np.float64) for name, values in arrays.items()}


def digest_from(
    strategy: str, seed: int, outcomes: Mapping[str, float], arrays: Mapping[str, Floats]
) -> Digest:
    """Return the digest that `arrays_of` took apart, in the same units."""
    named: dict[str, dict[str, Floats]] = {field: {} for field in (*PER_SERVICE, *BY_NAME)}
    for name, values in arrays.items():
        field, _, rest = name.partition(SEPARATOR)
        if field in named:
            named[field][rest] = np.asarray(values)
    desks = tuple(named["busy"])
    empty = np.empty((0, 0))
    return Digest(
        strategy=strategy,
        seed=seed,
        outcomes=dict(outcomes),
        monthly={name: values.astype(np.int64) for name, values in named["monthly"].items()},
        desks=desks,
        busy=np.array(list(named["busy"].values())) if desks else empty,
        backlog=np.array([named["backlog"][name] for name in desks]) if desks else empty,
        cascade=named["cascade"],
        waits=named["waits"],
        group_waits=np.asarray(arrays["group_waits"]).reshape(-1, PAIR),
        group_coverage=np.asarray(arrays["group_coverage"]).reshape(-1, PAIR),
        fifths=np.asarray(arrays["fifths"]),
        money=named["money"],
        binding=named["binding"],
    )
