"""Equations of docs/odd as they are printed there, beside what the code does.

Only those that no other test works out by hand: results of peers are in test_evidence, costs and payers in
test_money, seats in test_spread_seats, workers in test_staffing.
"""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from columns.draws import draw
from columns.layout import NO_MONTH, STAGE_PILOT, STAGE_UNIVERSAL, VILLAGE, WAVE, WAVE_PLACE
from columns.state import records
from model import spaces
from model.assembly import assemble
from model.codes import PLAN_BOUGHT
from model.demography import CENSUS_2010, CENSUS_2020, load_births, plan_sectors
from model.first_needs import scaled_share
from model.money import (
    COUNTERS,
    DESK_MINUTES_ELASTIC,
    POSTS_UNFUNDED,
    SPACES_OPENED,
    account_costs,
    affordable_posts,
    desk_envelope,
    money_arrays,
    post_envelope,
    set_budgets,
    space_envelope,
    typical_post_fen,
)
from model.parameters import default_parameters
from model.scenario import make_scenario
from model.spread import allow_posts, grant_waves
from model.tables import odds
from model.worlds import build_world
from tests.model.spread_help import counties_of, rules_with

pytestmark = pytest.mark.theory


def plain(kernel):
    """A kernel as the Python function it is compiled from."""
    return getattr(kernel, "py_func", kernel)


def f(yuan):
    return math.floor(100 * yuan + 0.5)


def test_posts_of_a_county_that_adopted_by_itself():
    rules = rules_with(pilot_posts=7, pilot_posts_growth_per_year=0.5, pilot_posts_cap_share=0.25)
    counties = counties_of(1, n_villages=103)
    counties.stage, counties.stage_month, counties.voluntary, counties.wave_posts = STAGE_PILOT, 10, 1, 4
    grown = 0.0
    for month in range(10, 90):
        plain(allow_posts)(month, counties, 0, rules)
        grown = min(max(7, math.floor(0.25 * 103)), 7 * 1.5 ** ((month - 10) / 12))
        assert counties.posts_allowed[0] == min(103, 4 + math.floor(grown)), "equation (6)"
    assert grown == 25


def test_posts_of_a_county_under_the_mandate():
    rules = rules_with(county_rollout_months=9.5, universal_posts_share=0.8)
    counties = counties_of(1, n_villages=103)
    counties.stage, counties.stage_month = STAGE_UNIVERSAL, 74
    rate, opened = 103 / 9.5, 0
    for month in range(74, 90):
        plain(allow_posts)(month, counties, 0, rules)
        wanted = math.floor(rate * (month - 74 + 1)) - math.floor(rate * (month - 74))
        assert counties.posts_allowed[0] == min(opened + wanted, math.floor(0.8 * 103)), "equation (9)"
        opened = counties.n_opened[0] = counties.posts_allowed[0]
    assert opened == 82


def test_a_wave_gives_its_seats_evenly():
    counties = counties_of(1)
    counties.stage = STAGE_PILOT
    waves = np.array([(5, 11, 19, 0, 1, 19)], dtype=WAVE).view(np.recarray)
    places = np.array([(0, 0)], dtype=WAVE_PLACE).view(np.recarray)
    for month in range(5, 12):
        plain(grant_waves)(month, counties, waves, places)
        assert places.posts_given[0] == 19 * (month - 5 + 1) // (11 - 5 + 1), "equation (7)"
    assert waves.seats_left[0] == 0


@pytest.mark.parametrize("budget", [3.0, 20.0, 90.0])
def test_budget_affordable_posts_and_gap(budget):
    rules = rules_with(
        budget_binds=True, county_budget_yuan_per_child_per_year=budget, desk_plan="bought",
        desk_budget_share=0.3, space_budget_share=0.2, villages_per_post=3, supervision=0.5,
    )  # fmt: skip
    given = rules[0]
    assert given.desk_plan == PLAN_BOUGHT
    counties = counties_of(1)
    counties.children, counties.n_opened, counties.stage = 31234.0, 40, STAGE_UNIVERSAL
    set_budgets(counties, rules)
    whole = f(budget * 31234.0 / 12)
    desks, space = math.floor(0.3 * whole), math.floor(0.2 * whole)
    space = min(space, whole - desks)
    found = [each(counties[0], rules) for each in (desk_envelope, space_envelope, post_envelope)]
    assert [counties.budget[0], *found] == [whole, desks, space, whole - desks - space], "equation (20)"
    part, full = (
        math.ceil(f(yuan) / 3)
        for yuan in (given.pay_part_time_yuan_per_month, given.pay_dedicated_yuan_per_month)
    )
    share = given.part_time_posts_share
    q = math.floor(share * part + (1 - share) * full)
    q += f(given.supervision_hours_per_post * 0.5 * given.supervision_yuan_per_hour)
    o = f(given.post_opening_yuan) + math.ceil(f(given.seat_yuan * given.training_days) / 3)
    money = whole - desks - space
    wanted = money // q if money < q * 40 else 40 + (money - q * 40) // (q + o)
    assert affordable_posts(counties[0], rules) == wanted, "equation (21)"
    counters, costs, payments, gap = money_arrays(1)
    counters[0, POSTS_UNFUNDED], counters[0, DESK_MINUTES_ELASTIC] = 5, 90
    assert typical_post_fen(counties[0], rules) == q
    account_costs(counties, counters, costs, payments, gap, rules)
    assert gap[0] == 5 * q + 90 * f(given.clerk_hour_yuan) // 60, "equation (22)"


def test_births_and_children_of_a_place():
    world, parameters = build_world("teaching"), default_parameters().replace(birth_trend=-0.02)
    sectors = world.sectors
    births, target, cohorts = plan_sectors(sectors, world.table.county_code.to_numpy(), parameters, 248)
    nation = load_births().births_million.to_numpy()
    for s, sector in enumerate(sectors):
        first, second = int(sector["children_2010"]), int(sector["children_2020"])
        under5 = first * sector["under5_share"]
        expected = []
        for t in range(1, 248 - CENSUS_2010):  # months after the census of November 2010
            year = min((t + CENSUS_2010 + 4) // 12, len(nation) - 1)  # month 0 is May
            size = 1 + min(t / 120, 1) * (second / first - 1) if first else 0
            trend = parameters.births_level * nation[year] / nation[0] * 0.98 ** (t / 12)
            expected.append(under5 / 60 * size * trend)
        through = np.cumsum(births[s, CENSUS_2010 + 1 :])
        assert (np.abs(through - np.cumsum(expected)) <= 1 + 1e-6).all(), "equation (23)"
        at_census = np.concatenate(
            [births[s, CENSUS_2010:0:-1], cohorts[s, : 216 - CENSUS_2010]]
        )  # by age in months
        children = np.concatenate([at_census[::-1], births[s, CENSUS_2010 + 1 :]])  # by month of birth
        n = {t: int(children[t : t + 216].sum()) for t in range(1, 248 - CENSUS_2010)}
        per_month = (second - n[120]) / sum((217 - k) / 216 for k in range(1, 121))
        for t in (1, 60, 120):
            wanted = n[t] + per_month * sum(max(217 - k, 0) / 216 for k in range(1, t + 1))
            assert abs(target[s, CENSUS_2010 + t] - wanted) <= 0.5 + 1e-6, "equation (24)"
    assert CENSUS_2020 - CENSUS_2010 == 120


def test_where_spaces_open(monkeypatch):
    """Shares over many villages, four standard errors; never beyond the goal or the money."""
    rules = rules_with(space_pilot_share=0.7, space_opening_per_year=0.6, spaces_goal_share=0.5)
    n = 4000
    counties = counties_of(1, n_villages=n)
    counties.budget = 1 << 60
    villages = np.zeros(n, dtype=VILLAGE).view(np.recarray)
    villages.key = np.random.default_rng(1).integers(0, 1 << 63, n, dtype=np.uint64)
    villages.pilot[: n // 2], villages.space_month = 1, NO_MONTH
    counters = np.zeros((1, len(COUNTERS)), dtype=np.int64)
    monkeypatch.setattr(spaces, "draw", lambda *given: np.uint64(draw(*given)))  # handed back as a Python int
    state = SimpleNamespace(counties=counties, villages=villages, counters=counters)
    with np.errstate(over="ignore"):
        for month in range(12):
            plain(spaces.open_spaces)(state, SimpleNamespace(rules=rules), 0, month)
            if month == 0:
                opened = np.asarray(villages.space_month) == 0
                assert abs(opened[: n // 2].mean() - 0.7) < 4 * math.sqrt(0.21 / (n // 2)), "equation (44)"
                assert abs(opened[n // 2 :].mean() - 0.05) < 4 * math.sqrt(0.0475 / (n // 2)), "equation (44)"
    assert np.count_nonzero(villages.space_month != NO_MONTH) == n // 2 == counters[0, SPACES_OPENED]
    counties.budget = 0
    villages.space_month, counters[:] = NO_MONTH, 0
    tight = rules_with(budget_binds=True, space_pilot_share=1.0)
    plain(spaces.open_spaces)(state, SimpleNamespace(rules=tight), 0, 0)
    assert counters[0, SPACES_OPENED] == 0


def test_odds_of_need_move_a_share():
    for share, multiple in ((0.2, 3.0), (0.05, 0.4), (0.5, 1.0)):
        moved = plain(scaled_share)(share, multiple)
        assert odds(moved) == pytest.approx(multiple * odds(share)), "equation (30)"


def test_cash_acts_with_its_amount_and_cut_off():
    found = {}
    for cash, cut_off in ((0.0, 1.0), (2.0, 1.0), (1.0, 4.0)):
        settings = {"cash_multiplier": cash, "cash_eligibility_multiplier": cut_off}
        found[cash] = assemble(make_scenario("four_villages", parameters=settings), settled=False)
    rules = records(found[2.0].tables.rules)[0]
    tables = found[2.0].tables
    assert tables.cash_drop_out[0] == rules.cash_drop_out_multiplier**2.0, "equation (46)"
    assert tables.cash_dropout[0] == rules.cash_school_dropout_multiplier**2.0, "equation (46)"
    assert found[0.0].tables.cash_drop_out[0] == found[0.0].tables.cash_dropout[0] == 1.0
    usual, wide = (found[cash].state.villages.poverty for cash in (0.0, 1.0))
    assert wide == pytest.approx(np.minimum(4.0 * usual, 0.95)), "equation (47)"
    assert (wide > usual).all()
