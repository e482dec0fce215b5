"""Write ``data/spread/national_path.csv``: the share of the country's counties adopting, month by month.

A world that is a part of the country sees this around it. Run ``python -m tools.national_path`` after a
change of the default history or of a default of the spread; a test says when it is out of date.
"""

import numpy as np
import pandas as pd

from model.calendar import LAST_MONTH
from model.policy import PATH_FILE, make_policy
from model.scenario import make_scenario
from model.spread_only import places_of, run_spread

COLUMNS = {"without_mandate": "no_mandate", "history": "history"}
SEEDS = range(1, 13)
DECIMALS = 5


def mean_path(strategy: str) -> np.ndarray:
    """Return the share of counties past stage none at the end of each month, a mean over seeds."""
    scenario = make_scenario("china", strategy, until=LAST_MONTH, children="none")
    places, policy = places_of("china"), make_policy(scenario.schedule)
    nothing_outside = np.zeros((1, len(COLUMNS)))
    total = np.zeros(LAST_MONTH + 1)
    for seed in SEEDS:
        run = run_spread(
            places, policy, scenario.strategy.waves, seed=seed, until=LAST_MONTH, path=nothing_outside
        )
        total += 1 - run.total("counties_none") / len(places.counties)
    return total / len(SEEDS)


def make_table() -> pd.DataFrame:
    """Return the table that is stored."""
    columns = {name: mean_path(strategy).round(DECIMALS) for name, strategy in COLUMNS.items()}
    return pd.DataFrame({"month": np.arange(LAST_MONTH + 1), **columns})


def main() -> None:
    """Write the file."""
    PATH_FILE.parent.mkdir(parents=True, exist_ok=True)
    make_table().to_csv(PATH_FILE, index=False)


if __name__ == "__main__":
    main()
