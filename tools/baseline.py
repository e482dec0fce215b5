"""Compare two small worlds with the numbers under version control, or write these anew.

``python -m tools.baseline`` says what moved and fails if anything did; ``--write`` accepts it. Every month
of a run has a hash of its complete state, so the first month that differs is found at once; the totals beside
the hashes show in a diff how far the results have moved.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from model.calendar import month_text
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from results.series import count_cube, series
from results.write import hash_of
from tools.spread_cases import SPREAD_CASES, spread_hash, spread_places

FILE = Path(__file__).resolve().parent.parent / "tests" / "baseline" / "worlds.json"
STRATEGIES = {"four_villages": "history", "teaching": "desks_follow_backlog"}
"""The worlds that are kept, and the strategy each is run under."""
UNTIL = {"four_villages": "2030-12", "teaching": "2020-12"}
"""Last months; the first world runs to where months no longer fit a byte with the dates kept in one."""
SPREAD = "spread"
SEED = 7
TOTALS = (
    "spells_opened", "spells_found", "children_helped_to_file", "spells_filed", "spells_served",
    "spells_gave_up", "unmet_child_months",
)  # fmt: skip


def record(world: str, n_threads: int = 1, until: int | str | None = None) -> dict[str, Any]:
    """Run a world, to the last month that is kept by default.

    Returns what is kept of it: a hash per month, one of the series, and some totals.
    """
    strategy = STRATEGIES[world]
    model = ScaleUpModel(make_scenario(world, strategy, seed=SEED, until=until or UNTIL[world]), n_threads)
    months = {}
    for month in range(model.scenario.until + 1):
        months[month_text(month)] = model.run(month).state_hash()
    counts = count_cube(model)
    return {
        "strategy": strategy,
        "seed": SEED,
        "totals": {name: int(counts.of(name).sum()) for name in TOTALS},
        "series": hash_of(series(model)),
        "months": months,
    }


def record_spread() -> dict[str, str]:
    """Return a hash of the spread over some counties of one province under every case."""
    places = spread_places()
    return {name: spread_hash(places, name) for name in SPREAD_CASES}


def load() -> dict[str, Any]:
    """Return the numbers under version control by world; empty where there are none."""
    if not FILE.exists():
        return {}
    kept: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return kept


def changes(kept: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Return in words what differs between two records of a world; empty if nothing does.

    A record of fewer months is compared as far as it goes.
    """
    if not kept:
        return ["nothing is kept of this world yet"]
    lines = []
    differing = [month for month, value in found["months"].items() if kept["months"].get(month) != value]
    if differing:
        lines.append(f"the state differs from {differing[0]} on, in {len(differing)} months")
    if len(found["months"]) < len(kept["months"]):
        return lines
    lines += [
        f"{name}: {kept['totals'].get(name)} → {value}"
        for name, value in found["totals"].items()
        if kept["totals"].get(name) != value
    ]
    lines += [
        f"{name} differs: {kept[name]} → {found[name]}"
        for name in ("strategy", "seed", "series")
        if kept[name] != found[name]
    ]
    return lines


def spread_changes(kept: dict[str, str], found: dict[str, str]) -> list[str]:
    """Return the cases in which the spread differs."""
    return [f"{name} differs" for name, value in found.items() if kept.get(name) != value]


def main() -> int:
    """Run the command; the exit status is 1 if numbers differ from those kept and are not written."""
    parser = argparse.ArgumentParser(prog="python -m tools.baseline", description=__doc__.split("\n\n")[0])
    parser.add_argument("--write", action="store_true", help="keep the numbers of this version")
    arguments = parser.parse_args()
    kept, found = load(), dict[str, Any]()
    found |= {world: record(world) for world in STRATEGIES}
    moved = {world: changes(kept.get(world, {}), found[world]) for world in found}
    found[SPREAD] = record_spread()
    moved[SPREAD] = spread_changes(kept.get(SPREAD, {}), found[SPREAD])
    for world, lines in moved.items():
        print(f"{world}: {'; '.join(lines) if lines else 'as kept'}")
    if arguments.write:
        FILE.parent.mkdir(parents=True, exist_ok=True)
        FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(f"wrote {FILE.name}; say in CHANGELOG.md, under Numbers, why results moved and by how much")
        return 0
    return 1 if any(moved.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
