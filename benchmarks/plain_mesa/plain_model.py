"""The plain model: builds the people, then runs month after month in the order of the schedule."""

import math
from collections import Counter
from typing import Any

import mesa

from benchmarks.plain_mesa.country import Country
from benchmarks.plain_mesa.county import County, Sector, Township
from benchmarks.plain_mesa.desk import Desk
from benchmarks.plain_mesa.draws import KeyedDraws, PythonDraws
from benchmarks.plain_mesa.inputs import prepare
from benchmarks.plain_mesa.money import Prices, account_costs
from benchmarks.plain_mesa.posts import open_spaces, staff_posts
from benchmarks.plain_mesa.referrals import file_referrals
from benchmarks.plain_mesa.serving import serve_desks
from benchmarks.plain_mesa.settling import settle_households, settle_sector
from benchmarks.plain_mesa.village import Village
from model.calendar import is_welfare_week
from model.codes import CHILDHOOD_MONTHS, PLAN_DATED, PLAN_GROWING
from model.scenario import Scenario
from model.stationary import CERTIFICATE, HUKOU

MOST_HALVINGS = 4
LONGEST_WAIT = 256


class PlainModel(mesa.Model):
    """The world of a scenario as plain objects.

    Parameters
    ----------
    scenario : Scenario
    keyed : bool
        Keyed draws, the same as the engine's; otherwise Python's own generator, seeded with the scenario's.

    Attributes
    ----------
    month : int
        The present month; after :meth:`step` the next.
    flows : Counter
        What happened this month, by (service, flow).
    waits : Counter
        Filed cases that ended, by (service, outcome, months waited), since the start.
    """

    def __init__(self, scenario: Scenario, keyed: bool = True) -> None:
        super().__init__(rng=scenario.seed % 2**32)
        self.inputs = inputs = prepare(scenario)
        self.draws = KeyedDraws() if keyed else PythonDraws(scenario.seed)
        self.month = 0
        self.rules = inputs.schedule[0]
        self.services = inputs.services
        self.prices = Prices(self)
        self.kinds, self.ceilings, self.end = inputs.kinds, inputs.ceilings, inputs.stationary.end.tolist()
        self.profile, self.papers = inputs.stationary.profile.tolist(), inputs.stationary.papers.tolist()
        inflow = [service.inflow_per_month for service in self.services]
        outflow = inputs.stationary.outflow.tolist()
        self.lasting = [1.0 - out - into for out, into in zip(outflow, inflow, strict=True)]
        self.allowances = [service.number for service in self.services if service.status]
        self.age_limits = {int(self.rules.young_months), CHILDHOOD_MONTHS} - {0}
        for service in self.services:
            self.age_limits |= {service.min_age_months, service.max_age_months} - {0}
        self.flows: Counter[tuple[int, str]] = Counter()
        self.waits: Counter[tuple[int, str, int]] = Counter()
        self.counted: Counter[str] = Counter()
        self.meters: Counter[str] = Counter()
        self.set_curves()
        self.build()
        self.flows.clear()

    def build(self) -> None:
        """Make counties, townships, villages and desks, and let the people move in."""
        inputs = self.inputs
        self.counties = [County(self, c, record) for c, record in enumerate(inputs.counties)]
        self.townships = [Township(self, t) for t in range(len(inputs.townships))]
        self.sectors = [Sector(self, s, record) for s, record in enumerate(inputs.sectors)]
        self.villages = [Village(self, v, record) for v, record in enumerate(inputs.villages)]
        for township, record in zip(self.townships, inputs.townships, strict=True):
            self.counties[record.county].townships.append(township)
        for sector, record in zip(self.sectors, inputs.sectors, strict=True):
            self.counties[record.county].sectors.append(sector)
            sector.villages = self.villages[record.first_village : record.first_village + record.n_villages]
            for village in sector.villages:
                village.sector = sector
        for village, record in zip(self.villages, inputs.villages, strict=True):
            village.county, village.township = self.counties[record.county], self.townships[record.township]
            village.county.villages.append(village)
        for v in inputs.village_order:
            self.villages[v].county.by_rank.append(self.villages[v])
        for county in self.counties:
            self.furnish(county)
        for village in self.villages:
            settle_households(village)
        for sector in self.sectors:
            settle_sector(sector)
        self.country = Country(self, self.counties)

    def furnish(self, county: County) -> None:
        """Give a county, its townships and villages their desks."""
        n, records = len(self.services), self.inputs.desks
        places: list[tuple[Any, int]] = [(county, county.number)]
        places += [(township, len(self.counties) + township.number) for township in county.townships]
        for i, (place, row) in enumerate(places):
            for s, service in enumerate(self.services):
                place.desks.append(Desk(self, service, i * n + s, records[row * n + s]))
        first = (len(self.counties) + len(self.townships)) * n
        in_village = self.services[self.inputs.village_service]
        for i, village in enumerate(county.villages):
            number = len(places) * n + i
            village.desk = Desk(self, in_village, number, records[first + village.number])

    def set_curves(self) -> None:
        """What follows from the rules in force: patience and forgetting by months."""
        rules = self.rules
        self.give_up = [
            [self.giving_up(service.patience_months, wait) for wait in range(LONGEST_WAIT)]
            for service in self.services
        ]
        self.fading = [(1.0 - rules.trust_return_per_month) ** months for months in range(LONGEST_WAIT)]

    def giving_up(self, patience_months: float, wait: int) -> float:
        """Chance of giving up this month after a wait: the hazard grows with it."""
        rules = self.rules
        patience = patience_months * rules.patience_multiplier
        growth = min(rules.abandonment_slope * (wait / patience - 1.0), math.log(patience) + 2.0)
        return 1.0 - math.exp(-math.exp(growth) / patience)

    def set_month(self) -> None:
        """Bring rules, trends and the calendar up to the month."""
        month = self.month
        if month in self.inputs.schedule:
            self.rules = self.inputs.schedule[month]
            self.set_curves()
        rules = self.rules
        self.trend = [
            math.exp(-rules.school_retention_trend_per_year * month / 12) if service.term_entry else 1.0
            for service in self.services
        ]
        self.asking = rules.welfare_week_boost if is_welfare_week(month) else 1.0
        self.cash_drop_out = rules.cash_drop_out_multiplier**rules.cash_multiplier
        self.cash_dropout = rules.cash_school_dropout_multiplier**rules.cash_multiplier
        self.desk_growth = 1.0
        if rules.desk_plan == PLAN_DATED:
            self.desk_growth = rules.desk_dated_factor
        elif rules.desk_plan == PLAN_GROWING:
            self.desk_growth = math.exp(rules.desk_growth_per_year * month / 12)
        self.seek = []
        for number, seek in enumerate(self.inputs.stationary.seek.tolist()):
            drive = rules.hukou_drive_seek_multiplier if number in (CERTIFICATE, HUKOU) else 1.0
            self.seek.append(min(seek * rules.self_seeking * drive, 1.0 - self.end[number]))
        self.halvings = [self.halvings_of(seek, end) for seek, end in zip(self.seek, self.end, strict=True)]

    def halvings_of(self, seek: float, end: float) -> int:
        """How often one half is multiplied to cover all that may happen to an idle need in a month."""
        rules = self.rules
        asking = rules.asks_for_visit_per_month * max(rules.welfare_week_boost, 1.0)
        informed = min(seek * rules.information_multiplier, 1.0 - end)
        back = max(rules.return_after_giving_up_per_month, rules.return_after_not_eligible_per_month)
        rate = end + max(seek + asking, informed, back)
        return max(n for n in range(MOST_HALVINGS + 1) if n == 0 or 0.5**n >= rate)

    def pilot_ended(self) -> bool:
        """Whether the pilot project no longer pays for its posts."""
        last = self.rules.pilot_money_end_month
        return last >= 0.0 and self.month > last

    def step(self) -> None:
        """Simulate a month."""
        self.flows.clear()
        self.set_month()
        self.country.step()
        for county in self.counties:
            staff_posts(county)
            open_spaces(county)
            candidates = [child for sector in county.sectors for child in sector.age_population()]
            county.arise_needs(candidates)
            for village in county.villages:
                village.visit_households()
            file_referrals(county)
            serve_desks(county)
            for village in county.villages:
                village.worker.learn()
        for county in self.counties:
            account_costs(county)
            county.publish_coverage()
        self.month += 1
