"""The country above the counties: who adopts, how far the mandate has come, what results others see."""

import math
from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from benchmarks.plain_mesa.money import set_budget
from benchmarks.plain_mesa.seats import LEAST, allot_seats, grant_wave, return_seats
from columns.layout import STAGE_NONE, STAGE_PILOT, STAGE_UNIVERSAL
from model.calendar import is_welfare_week
from model.codes import PILOT_CLOSED, STAGED_CHAIN
from model.policy import national_path, outside_share

if TYPE_CHECKING:
    from benchmarks.plain_mesa.county import County

OUTSIDE = -1
"""A neighbour that is not part of this world."""


class Province(mesa.Agent):
    """A province and its counties in this world."""

    def __init__(self, model: Any, number: int, record: Any) -> None:
        super().__init__(model)
        self.number, self.key = number, int(record.key)
        self.counties: list[County] = []
        self.n_villages = int(record.n_villages)
        self.n_counties_national = int(record.n_counties_national)
        self.lag, self.push = float(record.lag), float(record.push)
        self.n_adopting, self.adopting_share = 0, 0.0
        self.trainers = 0.0
        self.open_demand = self.seats = self.seats_used = 0


class Wave:
    """Posts with their own seats in some counties."""

    def __init__(self, record: Any, counties: "list[County]") -> None:
        self.month_start, self.month_end = int(record.month_start), int(record.month_end)
        self.posts_per_county, self.seats_left = int(record.posts_per_county), int(record.seats_left)
        self.given = dict.fromkeys(counties, 0)


class Country(mesa.Agent):
    """Everything that crosses counties."""

    def __init__(self, model: Any, counties: "list[County]") -> None:
        super().__init__(model)
        spread = model.inputs.spread
        nation = spread.nation[0]
        self.counties, self.key = counties, int(nation.key)
        self.n_villages, self.village_share = int(nation.n_villages), float(nation.village_share)
        self.outside_share = 0.0
        self.open_demand = self.seats = self.seats_allotted = self.seats_used = 0
        self.provinces = [Province(model, p, record) for p, record in enumerate(spread.provinces)]
        for county, record in zip(counties, model.inputs.counties, strict=True):
            county.province = self.provinces[int(record.province)]
            county.province.counties.append(county)
        bounds = spread.indptr.tolist()
        self.neighbours = {
            county: spread.indices[bounds[c] : bounds[c + 1]].tolist() for c, county in enumerate(counties)
        }
        self.chain_lag = dict(zip(counties, spread.chain_lag.tolist(), strict=True))
        self.order = spread.order
        self.order_score = dict(zip(counties, np.asarray(spread.order_score).tolist(), strict=True))
        self.waves = [
            Wave(w, [counties[p.county] for p in spread.places[w.first : w.first + w.n_places]])
            for w in spread.waves
        ]
        self.results: list[dict[County, float]] = []
        """Advantage of each adopting county at the end of every month before, from month -1 on."""

    def step(self) -> None:
        """Counties decide, and seats and budgets are handed out."""
        model, rules = self.model, self.model.rules
        self.outside_share = outside_share(model.month, float(rules.mandate_month), national_path())
        for county in self.counties:
            set_budget(county)
        return_seats(self)
        self.count_adopting()
        near = {county: self.share_of_neighbours(county) for county in self.counties}
        if rules.results_loop:
            self.look_at_results()
        for county in self.counties:
            self.decide(county, near[county])
        for wave in self.waves:
            if wave.month_start == model.month:
                for county in wave.given:
                    if county.stage == STAGE_NONE:
                        county.stage, county.stage_month, county.voluntary = STAGE_PILOT, model.month, False
        for county in self.counties:
            self.allow_posts(county)
        for wave in self.waves:
            grant_wave(wave, model.month)
        given = allot_seats(self, near)
        for county in self.counties:
            county.seats, county.seats_used = county.wave_seats + given[county], 0

    def mandate_in_force(self) -> bool:
        """Whether the month of the mandate is past."""
        rules = self.model.rules
        return rules.mandate_month >= 0.0 and self.model.month > rules.mandate_month

    # Who adopts.

    def count_adopting(self) -> None:
        """Share of each province past stage none, counties outside this world included."""
        self.adopting = {county for county in self.counties if county.stage != STAGE_NONE}
        for province in self.provinces:
            here = len(province.counties)
            province.n_adopting = sum(county in self.adopting for county in province.counties)
            national = max(province.n_counties_national, here)
            outside = (national - here) * self.outside_share
            province.adopting_share = (province.n_adopting + outside) / max(national, 1)

    def share_of_neighbours(self, county: "County") -> float:
        """Share of the neighbours that adopt; without any, that of the province."""
        neighbours = self.neighbours[county]
        if not neighbours:
            return county.province.adopting_share
        total = 0.0
        for other in neighbours:
            if other == OUTSIDE:
                total += self.outside_share
            elif self.counties[other] in self.adopting:
                total += 1.0
        return total / len(neighbours)

    def decide(self, county: "County", near: float) -> None:
        """Adopt by itself, or carry out the mandate."""
        model, rules, draws = self.model, self.model.rules, self.model.draws
        if county.stage == STAGE_UNIVERSAL:
            return
        if county.stage == STAGE_NONE:
            chance = -math.expm1(-self.adoption_hazard(county, near))
            if draws.happens(chance, county.key, "county.adopts", model.month):
                county.stage, county.stage_month, county.voluntary = STAGE_PILOT, model.month, True
        if not self.mandate_in_force():
            return
        if rules.mandate_form == STAGED_CHAIN:
            reached = model.month - rules.mandate_month > self.chain_lag[county]
        else:
            hazard = rules.mandate_hazard_per_month * self.mandate_strength(county.province)
            reached = draws.happens(-math.expm1(-hazard), county.key, "county.mandated", model.month)
        if reached:
            county.stage, county.stage_month = STAGE_UNIVERSAL, model.month

    def adoption_hazard(self, county: "County", near: float) -> float:
        """Monthly hazard of adopting by itself."""
        rules, province = self.model.rules, county.province
        boost = rules.sharing_boost
        if is_welfare_week(self.model.month):
            boost *= rules.welfare_week_boost
        peers = 0.5 * near + 0.5 * province.adopting_share
        pull = rules.adoption_p0_per_month + rules.adoption_q_per_month * peers
        if rules.results_loop:
            pull += rules.visible_results_weight_per_month * county.evidence
        push = rules.provincial_push_per_month * rules.performance_indicator_multiplier * province.push
        return math.exp(county.propensity) * boost * pull + push

    def mandate_strength(self, province: Province) -> float:
        """How far the mandate has come down to the counties of a province, 0–1."""
        rules = self.model.rules
        late = self.model.month - rules.mandate_month - rules.mandate_delay_months - province.lag
        return 1.0 / (1.0 + math.exp(-late / max(rules.mandate_slope_months, LEAST)))

    def allow_posts(self, county: "County") -> None:
        """How many villages of a county may have a post, and for how many there is money."""
        rules, month, n = self.model.rules, self.model.month, len(county.villages)
        allowed = 0
        if county.stage == STAGE_UNIVERSAL:
            target = min(n, math.floor(rules.universal_posts_share * n))
            rate = max(1.0, n / max(rules.county_rollout_months, 1.0))
            since = month - county.stage_month
            step = math.floor(rate * (since + 1)) - math.floor(rate * since)
            allowed = max(min(county.n_opened + step, target), county.n_opened)
        elif county.stage == STAGE_PILOT:
            allowed = county.wave_posts
            if county.voluntary:
                first = rules.pilot_posts
                cap = max(first, math.floor(rules.pilot_posts_cap_share * n))
                years = (month - county.stage_month) / 12
                growth = math.pow(1.0 + rules.pilot_posts_growth_per_year, years)
                allowed += math.floor(min(cap, first * growth))
            allowed = max(min(allowed, n), county.n_opened)
        county.posts_allowed = allowed
        over = county.stage == STAGE_PILOT and county.pilot and self.model.pilot_ended()
        county.posts_funded = 0 if over and rules.pilot_after_money == PILOT_CLOSED else n

    # What peers can see.

    def look_at_results(self) -> None:
        """Note last month's advantage of adopting counties over others like them; look at an older one."""
        self.results.append(self.advantages())
        delay = int(self.model.rules.evidence_delay_months)
        for county in self.counties:
            county.evidence = 0.0
        if not 1 <= delay <= len(self.results):
            return
        shown = self.results[-delay]
        in_province = {p: [shown[c] for c in p.counties if c in shown] for p in self.provinces}
        for county in self.counties:
            near = [self.counties[other] for other in self.neighbours[county] if other != OUTSIDE]
            seen_near = [shown[other] for other in near if other in shown]
            here, total = in_province[county.province], sum(in_province[county.province])
            n_here = len(here)
            if county in shown:  # nobody is convinced by the own results
                total, n_here = total - shown[county], n_here - 1
            seen = 0.5 * sum(seen_near) / max(len(seen_near), 1) + 0.5 * total / max(n_here, 1)
            county.evidence = min(max(seen, 0.0), 1.0)

    def advantages(self) -> "dict[County, float]":
        """Coverage of each adopting county less that of counties of its kind that have not adopted."""
        total: dict[tuple[int, int], float] = {}
        weight: dict[tuple[int, int], float] = {}
        for county in self.counties:
            if county not in self.adopting and not math.isnan(county.effective_coverage):
                kind, children = (county.region, county.poverty_third), max(county.children_at_start, 1.0)
                weight[kind] = weight.get(kind, 0.0) + children
                total[kind] = total.get(kind, 0.0) + children * county.effective_coverage
        return {
            county: county.effective_coverage - total[kind] / weight[kind]
            for county in self.counties
            if county in self.adopting and not math.isnan(county.effective_coverage)
            if (kind := (county.region, county.poverty_third)) in weight
        }
