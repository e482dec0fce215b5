"""What a map found: its runs read back from the store and put into tables.

Shares are of sums over the window (two years, once a plan has settled); ranges are 95 % intervals over the
seeds, which hold what is not known as well where every seed meets a draw of its own. Nothing is interpolated
but the line, which lies between points of the grid.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from experiments.files import read_json
from experiments.in_place import AXES, COVERAGE, DESKS, WINDOW_MONTHS, key_of
from experiments.store import ABOUT, read_runs
from experiments.study import DEFAULTS, DONE, FAILED
from experiments.sweeping import STRATEGIES
from experiments.uses import BOUNDED, USE_NAMES
from results.measures.intervals import Interval, t_interval
from results.measures.ratios import divide

YUAN = 10_000
"""What the value of a use is given for."""
MONTHS_PER_YEAR = 12
VALUE = "need_months_per_10000_yuan"
LOW, HIGH = f"{VALUE}_low", f"{VALUE}_high"
STEPS = ("found", "filed", "served")
INTERVALS = ("effective_coverage_share", "in_time_share", "wait_months")
"""Outcomes of a point that have an interval beside them."""
RATIOS = {
    "effective_coverage_share": ("met_child_months", "needed_child_months"),
    "in_time_share": ("spells_served_in_time", "spells_opened"),
    "in_time_of_filed_share": ("spells_served_in_time", "spells_filed"),
    "wait_months": ("waiting_child_months", "spells_filed"),
    "villages_active_share": ("villages_active", "villages"),
    **{f"lost_{step}_share": (f"lost_{step}", "spells_opened") for step in STEPS},
    "desk_binds_share": ("counties_served_binds", "counties"),
}


class NothingMappedError(RuntimeError):
    """No point has a run that succeeded; ``failed`` are how many did not."""

    def __init__(self, failed: int) -> None:
        super().__init__(f"no run of the map has succeeded; {failed} failed")
        self.failed = failed


class Mapped(NamedTuple):
    """What a map found, as tidy data frames.

    Attributes
    ----------
    points
        A row per point of the grid: ``coverage_share`` (villages with a post), ``desk_factor`` (desk hours as
        a multiple of those of 2010), ``seeds``; ``effective_coverage_share`` (need that is met),
        ``in_time_share`` (needs that arise and are served within three months of filing),
        ``in_time_of_filed_share``, ``wait_months`` (per case filed), ``villages_active_share`` (with a
        trained worker), ``lost_found_share``, ``lost_filed_share``, ``lost_served_share`` (of needs that
        arise: lost before they were found or came by themselves, before filing, at the desk),
        ``desk_binds_share`` (counties in which the desk loses most), ``binding_step``,
        ``programme_yuan_per_year``, ``desk_staff_yuan_per_year`` (of it), ``desk_hours_per_month``,
        ``best_use`` and ``best_use_clear`` (whether it can be told apart from the second). The first three
        outcomes have ``_low`` and ``_high``.
    next_yuan
        A row per point and use: ``need_months_per_10000_yuan`` (child-months of unmet need averted within
        the window) with ``_low`` and ``_high``, ``in_time_per_10000_yuan`` (more cases served in time),
        ``step_yuan`` (what the step that was tried costs in the window), ``one_off_share`` of it,
        ``following_yuan_per_10000_yuan`` (cases, trips and allowances that follow from rules),
        ``rank`` (1 is the best of the point). A use without room at a point has no value there.
    line
        A row per level of coverage: ``desk_factor`` with ``_low`` and ``_high`` at which the desk loses as
        many needs as finding does; more desk hours than that, and finding is the bottleneck. Missing where
        one of the two binds over the whole range (``binds`` says which). Seeds of which a run failed are left
        out.
    facts
        World, grid, seeds, counts of runs, CPU seconds.
    """

    points: pd.DataFrame
    next_yuan: pd.DataFrame
    line: pd.DataFrame
    facts: dict[str, Any]

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the data frames by name."""
        return {name: getattr(self, name) for name in ("points", "next_yuan", "line")}


def mapped(folder: Path) -> Mapped:
    """Return the tables of the map in a folder.

    Raises
    ------
    NothingMappedError
        If no run of it succeeded.
    """
    about = read_json(folder / ABOUT)
    levers = pd.read_parquet(folder / STRATEGIES)
    runs = read_runs(folder).merge(levers, on="strategy", how="inner")
    failed = int((runs["status"] == FAILED).sum())
    done = runs[runs["status"] == DONE].sort_values([*AXES, "replication"], kind="stable")
    if done.empty:
        raise NothingMappedError(failed)
    done = done.assign(needed_child_months=done["met_child_months"] + done["unmet_child_months"])
    next_yuan = next_yuan_table(done)
    points = with_best(points_table(done), next_yuan)
    facts = {
        "world": about["same"]["world"],
        "parameters": about["same"]["parameters"],
        "grid": about["grid"],
        "seeds": int(done["replication"].nunique()),
        "draws": int(done.loc[done["draw"] != DEFAULTS, "draw"].nunique()),
        "failed": failed,
        "children": float(done["children"].mean()),
        "villages": float(done["villages"].mean()),
        "cpu_seconds": float(runs["cpu_seconds"].sum()),
        "counts": runs["status"].value_counts().to_dict(),
    }
    return Mapped(points, next_yuan.drop(columns="values"), line_table(done), facts)


def a_year(yuan: pd.Series) -> float:
    """Return the mean of what was spent in the window, for a year."""
    return float(yuan.mean()) * MONTHS_PER_YEAR / WINDOW_MONTHS


def _point(keys: Any) -> dict[str, float]:
    return dict(zip(("coverage_share", "desk_factor"), keys, strict=True))


def points_table(done: pd.DataFrame) -> pd.DataFrame:
    """Return the outcomes of every point; see :class:`Mapped`."""
    rows = []
    for keys, runs in done.groupby(list(AXES), sort=True):
        row: dict[str, Any] = {**_point(keys), "seeds": len(runs)}
        for name, (top, bottom) in RATIOS.items():
            row[name] = float(divide(runs[top].sum(), runs[bottom].sum()))
            if name in INTERVALS:
                found = t_interval(divide(runs[top], runs[bottom]))
                row |= {f"{name}_low": found.low, f"{name}_high": found.high}
        lost = [row[f"lost_{step}_share"] for step in STEPS]
        row["binding_step"] = STEPS[int(np.argmax(lost))] if max(lost) > 0 else "none"
        for name in ("programme", "desk_staff"):
            row[f"{name}_yuan_per_year"] = a_year(runs[f"{name}_yuan"])
        row["desk_hours_per_month"] = float(runs["desk_hours_per_month"].mean())
        rows.append(row)
    return pd.DataFrame(rows)


def next_yuan_table(done: pd.DataFrame) -> pd.DataFrame:
    """Return what 10,000 yuan more bring in every use at every point; ``values`` holds them seed by seed."""
    rows = []
    for keys, runs in done.groupby(list(AXES), sort=True):
        of_point = []
        for use in USE_NAMES:
            sums = {name: runs[key_of(use, name)] for name in ("need_months", "in_time", "yuan")}
            values = YUAN * divide(sums["need_months"], sums["yuan"].where(sums["yuan"] > 0, 0.0))
            found = t_interval(values)
            yuan = float(sums["yuan"].sum())
            of_point.append(
                {
                    **_point(keys),
                    "use": use,
                    VALUE: found.estimate,
                    LOW: found.low,
                    HIGH: found.high,
                    "in_time_per_10000_yuan": YUAN * float(divide(sums["in_time"].sum(), yuan)),
                    "step_yuan": float(sums["yuan"].mean()),
                    "one_off_share": float(divide(runs[key_of(use, "one_off_yuan")].sum(), yuan)),
                    "following_yuan_per_10000_yuan": YUAN
                    * float(divide(runs[key_of(use, "following_yuan")].sum(), yuan)),
                    "values": values,
                }
            )
        order = pd.Series([row[VALUE] for row in of_point]).rank(ascending=False)
        rows += [{**row, "rank": rank} for row, rank in zip(of_point, order, strict=True)]
    return pd.DataFrame(rows)


def with_best(points: pd.DataFrame, next_yuan: pd.DataFrame) -> pd.DataFrame:
    """Return the points with their best next use, and whether it is told apart from the second.

    A use that cannot take in 10,000 yuan is not considered, and one that is not clear of bringing nothing is
    not called the best.
    """
    best: list[dict[str, Any]] = []
    for _, uses in next_yuan.groupby(["coverage_share", "desk_factor"], sort=True):
        has_room = ~uses["use"].isin(BOUNDED) | (uses["step_yuan"] >= YUAN)
        has_value = uses["values"].map(lambda values: np.isfinite(values).all())
        is_clear = uses[LOW].fillna(uses[VALUE]) > 0
        ranked = uses[has_room & has_value & is_clear].sort_values(VALUE, ascending=False, kind="stable")
        if ranked.empty:
            best.append({"best_use": "none", "best_use_clear": False})
            continue
        first = ranked.iloc[0]
        clear = len(ranked) == 1 or t_interval(first["values"] - ranked.iloc[1]["values"]).low > 0
        best.append({"best_use": first["use"], "best_use_clear": bool(clear)})
    return pd.concat([points, pd.DataFrame(best)], axis=1)


def line_table(done: pd.DataFrame) -> pd.DataFrame:
    """Return the desk hours at which the bottleneck moves, by level of coverage; see :class:`Mapped`."""
    rows = []
    for coverage, level in done.groupby(COVERAGE, sort=True):
        crossings, binds = [], []
        whole = level.groupby("replication")[DESKS].transform("size") == level[DESKS].nunique()
        for _, runs in level[whole].groupby("replication"):
            excess = (runs["lost_served"] - runs["lost_found"]).to_numpy()
            crossing = crossing_of(runs[DESKS].to_numpy(), excess)
            crossings.append(crossing)
            binds.append("served" if excess[-1] > 0 else "found")
        found = t_interval(crossings)
        all_cross = bool(crossings) and bool(np.isfinite(crossings).all())
        if not all_cross:
            found = Interval(float("nan"), float("nan"), float("nan"), found.n)
        rows.append(
            {
                "coverage_share": coverage,
                "desk_factor": found.estimate,
                "desk_factor_low": found.low,
                "desk_factor_high": found.high,
                "binds": "" if all_cross or not binds else max(sorted(set(binds)), key=binds.count),
            }
        )
    return pd.DataFrame(rows)


def crossing_of(desks: Sequence[float] | np.ndarray, excess: Sequence[float] | np.ndarray) -> float:
    """Return the desk hours at which serving stops losing more than finding, NaN where that never changes.

    Parameters
    ----------
    desks
        Ascending.
    excess
        Needs lost at the desk less those lost before they were found. Between two points it is assumed
        linear in the logarithm of the hours; of several crossings the last counts.
    """
    over = np.asarray(excess, dtype=np.float64) > 0
    last = np.flatnonzero(over[:-1] & ~over[1:])
    if not len(last):
        return float("nan")
    k = int(last[-1])
    part = excess[k] / (excess[k] - excess[k + 1])
    return float(np.exp(np.log(desks[k]) + part * np.log(desks[k + 1] / desks[k])))
