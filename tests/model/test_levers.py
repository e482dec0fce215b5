"""Every row of the table of levers: which way each must push, all else and all random numbers equal."""

import numpy as np
import pytest

from columns.layout import FILED_ALONE, FILED_HELPED, SERVED
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.spread_only import places_of, simulate_spread
from model.strategy_file import load_strategy
from model.worlds import uniform_world
from results.measures.equity import erreygers_index
from tests.model.paired import (
    EVERYWHERE,
    FIRST,
    SEEDS,
    SERVICES,
    differences,
    is_up,
    leavers,
    places,
    run,
    stock,
    total,
    waits_ending,
)

pytestmark = pytest.mark.common_numbers

WAITING = (FILED_ALONE, FILED_HELPED)
ALLOWANCES = ("orphan_allowance", "subsistence_allowance", "disability_subsidy")
STARVED = {"desk_fte_factor": 0.5, "hospital_load_factor": 0.4}


def found_share(model, **where):
    return total(model, "found", **where) / (
        total(model, "opened", **where) + total(model, "came_in_need", **where)
    )


def completed(model, stratum="all"):
    """Of the requests that ended one way or the other, the share that was served."""
    served = sum(total(model, flow, stratum=stratum) for flow in ("served_alone", "served_helped"))
    failed = sum(total(model, flow, stratum=stratum) for flow in ("gave_up", "refused"))
    return served / (served + failed)


def test_desk_staff_raises_what_is_served_in_time_and_lowers_the_backlog():
    more = {"desk_fte_factor": 1, "hospital_load_factor": 0.4}
    assert is_up(differences(lambda m: total(m, "served_within_limit"), STARVED, more))
    assert is_up(-differences(lambda m: m.observed.desks[12:, :, 2].sum(), STARVED, more))


def test_hours_and_skill_of_finding_raise_the_found_share():
    assert is_up(differences(found_share, {"worker_hours_dedicated": 30}, {"worker_hours_dedicated": 160}))
    assert is_up(differences(found_share, {"find_multiplier": 0.5}, {"find_multiplier": 1.5}))


def test_workers_push_self_seekers_back_at_full_desks():
    def wait(model):
        return stock(model, [FILED_ALONE]) / total(model, "filed_alone")

    few, many = {**STARVED, "worker_hours_dedicated": 0}, {**STARVED, "worker_hours_dedicated": 160}
    assert is_up(differences(wait, few, many))


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ({"supervision": 0}, {"supervision": 1}),
        ({"pay_dedicated_yuan_per_month": 300}, {"pay_dedicated_yuan_per_month": 1500}),
    ],
    ids=["supervision", "pay"],
)
def test_supervision_and_pay_keep_workers(low, high):
    def rate(seed, settings):
        parameters = {**EVERYWHERE, "turnover_per_year": 0.2, "turnover_low_pay_multiplier": 2.5, **settings}
        left, months = leavers(
            ScaleUpModel(make_scenario(world=places(), parameters=parameters, seed=seed, until=71))
        )
        return left / months

    assert is_up(np.array([rate(seed, low) - rate(seed, high) for seed in SEEDS]))


def test_patience_lowers_giving_up():
    low, high = ({**STARVED, "patience_multiplier": value} for value in (0.5, 2))
    assert is_up(-differences(lambda m: waits_ending(m, "gave_up"), low, high))


def test_spaces_raise_psychosocial_support():
    def supported(model):
        return total(model, "served_helped", "psychosocial") + total(model, "served_alone", "psychosocial")

    few = {"worker_hours_dedicated": 15, "space_opening_per_year": 0, "space_pilot_share": 0.5}
    many = {**few, "space_opening_per_year": 0.3, "spaces_goal_share": 1}
    assert is_up(differences(supported, few, many))


def test_elastic_desks_leave_nobody_waiting():
    model = run(1, (("capacity_mode", "elastic"), ("desk_fte_factor", 0.1)))
    assert total(model, "served_alone") > 0
    assert total(model, "served_helped") > 0
    assert total(model, "wait_months") == 0
    assert stock(model, WAITING) == 0
    assert waits_ending(model, "gave_up") == 0


def test_lifting_the_legal_barrier_serves_more_hukou():
    def served(model):
        return total(model, "served_alone", "hukou") + total(model, "served_helped", "hukou")

    # what is declared at the start decides how many lack it, so the barrier is lifted by a dated event
    assert is_up(
        differences(
            served,
            {
                "other_policies": True,
                "hukou_barrier_clearance_after_2016_per_month": 0.15,
                "hukou_drive_strength": 1,
            },
            {
                "other_policies": True,
                "hukou_barrier_clearance_after_2016_per_month": 0.46,
                "hukou_drive_strength": 1,
            },
            until=90,
        )
    )


def test_reserved_places_narrow_the_gap_between_remote_and_other_villages():
    def gap(model):
        def wait(stratum):
            filed = total(model, "filed_alone", stratum=stratum) + total(
                model, "filed_helped", stratum=stratum
            )
            return stock(model, WAITING, stratum=stratum), filed

        months, filed = wait("remote")
        all_months, all_filed = wait("all")
        return months / filed - (all_months - months) / (all_filed - filed)

    assert is_up(-differences(gap, {**STARVED, "reserved_share": 0}, {**STARVED, "reserved_share": 0.5}))


def test_places_that_are_kept_leave_no_small_desk_idle():
    """Cases take six times as long as reviews, and a desk has time for one or two a month."""

    def used(model):
        offered, used = model.observed.desks[FIRST:, SERVICES.index("disability_subsidy"), :2].sum(axis=0)
        return used / offered

    def granted(model):
        return sum(total(model, flow, "disability_subsidy") for flow in ("served_alone", "served_helped"))

    start, kept = ({**STARVED, "discipline": "fifo", "reserved_share": share} for share in (0, 0.5))
    for measure in (used, granted):
        assert differences(measure, start, kept, seeds=range(1, 5)).min() > 0, measure


def test_a_wider_scope_finds_those_who_are_newly_included():
    narrow, middle, wide = ({"scope": scope} for scope in ("hiv_affected", "vulnerable", "universal"))
    assert is_up(differences(lambda m: found_share(m, stratum="poor"), narrow, middle))
    assert is_up(differences(lambda m: found_share(m, stratum="wealth_5"), middle, wide))


def test_prevention_lowers_the_onset_of_protection_needs():
    none, strong = {"prevention_multiplier": 1}, {"prevention_multiplier": 0.6}
    assert is_up(-differences(lambda m: total(m, "opened", "protection"), none, strong))


THIN = {"worker_hours_dedicated": 40}


def test_the_order_of_visits_changes_who_is_found_and_hardly_how_many():
    orders = ("risk_first", "round_robin", "requests_first")
    first, other = ({**THIN, "visit_order": order} for order in orders[:2])

    def at_risk(model):
        return (
            total(model, "found", stratum="unattended") + total(model, "found", stratum="disabled")
        ) / total(model, "found")

    assert is_up(differences(at_risk, other, first))
    for order in orders[1:]:
        found = differences(lambda m: total(m, "found"), first, {**THIN, "visit_order": order})
        everyone = np.mean([total(run(seed, tuple(sorted(first.items()))), "found") for seed in SEEDS])
        assert abs(found.mean()) < 0.15 * everyone
        assert (found != 0).any()


def test_the_discipline_changes_who_is_served_and_hardly_how_many():
    by_class, fifo, by_need = ({**STARVED, "discipline": name} for name in ("class", "fifo", "need_first"))

    def served(model, **where):
        return total(model, "served_alone", **where) + total(model, "served_helped", **where)

    everyone = np.mean([served(run(seed, tuple(sorted(by_class.items())))) for seed in SEEDS])
    for other in (fifo, by_need):
        change = differences(served, by_class, other)
        assert abs(change.mean()) < 0.05 * everyone
        assert (change != 0).any()

    def disabled_wait(model):
        filed = total(model, "filed_alone", stratum="disabled") + total(
            model, "filed_helped", stratum="disabled"
        )
        return stock(model, WAITING, stratum="disabled") / filed

    assert is_up(-differences(disabled_wait, fifo, by_class))

    def wait_of_the_less_deprived(model):
        filed = total(model, "filed_alone", stratum="wealth_5") + total(
            model, "filed_helped", stratum="wealth_5"
        )
        return stock(model, WAITING, stratum="wealth_5") / filed

    assert is_up(differences(wait_of_the_less_deprived, fifo, by_need))


MANY_DROP_OUT = {
    "drop_out_per_month": 0.15,
    "gathering_alone_per_month": 0.12,
    "gathering_helped_per_month": 0.3,
}


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (MANY_DROP_OUT | {"cash_multiplier": 0}, MANY_DROP_OUT | {"cash_multiplier": 6}),
        ({"one_stop": False}, {"one_stop": True}),
    ],
    ids=["cash", "one stop"],
)
def test_cash_and_one_window_bring_cases_to_their_end(low, high):
    assert is_up(differences(completed, low, high))


def test_going_along_brings_helped_cases_to_their_end():
    def completed_with_help(model):
        return total(model, "served_helped") / total(model, "agreed")

    # at full desks cases that are filed sooner only wait longer
    ample = {"desk_fte_factor": 4, "drop_out_per_month": 0.04}
    advice_only = {"gathering_helped_per_month": 0.15, **ample}
    company = {"gathering_helped_per_month": 0.5, **ample}
    assert is_up(differences(completed_with_help, advice_only, company))


def test_without_the_chain_of_documents_more_children_have_their_allowance():
    def served(model):
        return sum(stock(model, [SERVED], name) for name in ALLOWANCES)

    assert is_up(differences(served, {"documents_chain": True}, {"documents_chain": False}))


def test_starved_desks_slow_the_spread_where_peers_look_at_results():
    shared = {
        "mandate_month": "never",
        "adoption_p0_per_month": 0.01,
        "visible_results_weight_per_month": 0.1,
        "seats_before_mandate_per_month": 1e6,
        "scope": "universal",
        "part_time_pilot_posts_share": 0,
    }

    def county_months(loop, **desks):
        peers = uniform_world(160, 30, 20)
        return np.array(
            [
                ScaleUpModel(
                    make_scenario(
                        world=peers,
                        parameters={**shared, "results_loop": loop, **desks},
                        seed=seed,
                        until=100,
                    )
                )
                .run()
                .observed.stages[:, 1]
                .sum()
                for seed in range(8)
            ]
        )

    ample, starved = {"desk_fte_factor": 4, "hospital_load_factor": 8}, STARVED
    slowed = county_months(True, **ample) - county_months(True, **starved)
    assert (slowed >= 0).all()
    assert (slowed > 0).sum() >= 4
    assert (county_months(False, **ample) == county_months(False, **starved)).all()


def test_poorest_first_covers_the_poor_and_random_order_nobody_in_particular():
    def index(order, seed):
        strategy = load_strategy("history").model_copy(update={"order": order})
        scenario = make_scenario(
            world="five_provinces", strategy=strategy, until=90, children="none", seed=seed
        )
        counties = simulate_spread(places_of("five_provinces"), scenario).counties
        ranked = np.argsort(-counties.poverty)
        covered = counties.children * counties.n_posts / counties.n_villages
        return float(erreygers_index(covered[ranked], counties.children[ranked]))

    seeds = range(4)
    poorest, drawn = (
        np.array([index(order, seed) for seed in seeds]) for order in ("poorest_first", "random")
    )
    assert is_up(drawn - poorest)
    assert (poorest < 0).all()
