"""Small invented worlds for the tests of spread, staffing and money."""

import numpy as np
import pandas as pd

from columns.layout import COUNTY, NO_MONTH, TOWNSHIP, VILLAGE
from model.money import account_costs, money_arrays, set_budgets
from model.orders import PROPORTIONAL
from model.parameters import default_parameters, rules_record
from model.spread import spread_approach
from model.spread_only import open_counted_posts, staff_all
from model.spread_setup import Spread, prepare_spread, seed_keys


def rules_with(**values):
    """The default rules with some parameters changed, as kernels read them."""
    return rules_record(default_parameters().replace(**values)).copy()


def counties_of(n_counties, n_villages=100, n_provinces=1, seed=1, n_pilot=0):
    """Equal counties in the first provinces of the country, with seeded keys."""
    counties = np.zeros(n_counties, dtype=COUNTY).view(np.recarray)
    counties.code = 990001 + np.arange(n_counties)
    counties.province = np.arange(n_counties) * n_provinces // n_counties
    counties.n_villages = n_villages
    counties.first_village = np.cumsum(counties.n_villages) - counties.n_villages
    counties.children = 300.0 * np.asarray(counties.n_villages)
    counties.fiscal_index = 1.0
    counties.poverty = 0.1
    counties.pilot[:n_pilot] = 1
    counties.stage_month = NO_MONTH
    seed_keys(seed, counties)
    return counties


def spread_of(
    counties, rules, seed=1, order=PROPORTIONAL, waves=None, places=None, village_share=1.0, score=None
):
    """The arrays of the monthly step; no county has neighbours, so all look at their province."""
    table = pd.DataFrame({"county_code": counties.code, "province_code": 11, "poverty_third": 0})
    for name in ("fiscal_index", "poverty", "pilot"):
        table[name] = counties[name]
    spread = prepare_spread(counties, table, seed, rules, waves, places, order, score, edges=[])
    spread.nation.village_share = village_share
    return spread


def villages_of(counties, per_township=10, seed=1):
    """Townships and villages of counties of equal size, all of kind village."""
    townships = np.zeros(int(np.ceil(counties.n_villages / per_township).sum()), dtype=TOWNSHIP).view(
        np.recarray
    )
    villages = np.zeros(int(counties.n_villages.sum()), dtype=VILLAGE).view(np.recarray)
    first = 0
    for c, county in enumerate(counties):
        n_townships = int(np.ceil(county.n_villages / per_township))
        counties.first_township[c], counties.n_townships[c] = first, n_townships
        townships.county[first : first + n_townships] = c
        here = slice(county.first_village, county.first_village + county.n_villages)
        villages.county[here] = c
        villages.township[here] = first + np.arange(county.n_villages) // per_township
        first += n_townships
    for name in ("post_month", "start_month", "hired_month", "trained_month", "space_month"):
        villages[name] = NO_MONTH
    ordinals = np.arange(len(villages)) - counties.first_village[villages.county]
    seed_keys(seed, counties, townships, villages, np.arange(len(townships)), ordinals)
    return townships, villages


class Months:
    """Runs the barriers and the posts of invented counties, keeping the totals of every month."""

    def __init__(self, counties, spread: Spread, rules, people=None):
        self.counties, self.spread, self.rules, self.people = counties, spread, rules, people
        self.counters, self.costs, self.payments, self.gap = money_arrays(len(counties))
        self.opened: list[int] = []
        self.seats: list[int] = []
        self.allotted: list[int] = []
        self.used: list[int] = []
        self.adopting: list[float] = []

    def run(self, first, last, check=None):
        """Simulate months ``first`` to ``last``, both included; ``check`` is called at the end of each."""
        for month in range(first, last + 1):
            set_budgets(self.counties, self.rules)
            spread_approach(month, self.counties, *self.spread, self.rules)
            if self.people is None:
                open_counted_posts(month, self.counties, self.counters, self.rules)
            else:
                townships, villages, rank = self.people
                staff_all(month, self.counties, townships, villages, rank, self.counters, self.rules)
            account_costs(self.counties, self.counters, self.costs, self.payments, self.gap, self.rules)
            self.opened.append(int(self.counties.n_opened.sum()))
            self.seats.append(int(self.spread.nation[0].seats))
            self.allotted.append(int(self.spread.nation[0].seats_allotted))
            self.used.append(int(self.counties.seats_used.sum()))
            self.adopting.append(float((self.counties.stage > 0).mean()))
            if check is not None:
                check(month)
        return self
