"""Posts, skill and trust: renewal of workers, courses, forgetting, and where trust comes to rest."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from columns.layout import CLEAR, POST_ACTIVE, POST_DESIGNATED, POST_TRAINING, UNMET
from model.learning import TRUST_UNIT
from model.scale_up import ScaleUpModel
from model.scenario import make_scenario
from model.services import Services, default_services
from model.worlds import uniform_world
from verification.desk_world import papers, plain_service
from verification.rows import Case, Row, exact_row, mean_row
from verification.spread import AT_ONCE

POSTS_EVERYWHERE = {
    **AT_ONCE,
    "mandate_hazard_per_month": 10,
    "county_rollout_months": 1,
    "seats_at_mandate_per_month": 1e6,
    "seats_growth_per_month": 0,
    "visible_results_weight_per_month": 0,
    "other_policies": False,
}
"""A post in every village from the first months on."""
NOTHING_WEARS = {
    "turnover_unsupervised_multiplier": 1,
    "turnover_overload_multiplier": 1,
    "turnover_queue_multiplier": 1,
    "turnover_low_pay_multiplier": 1,
    "election_turnover_share": 0,
    "refresher_interval_months": 0,
    "mass_training_month": "never",
}
"""Workers leave at one rate, whatever happens; no elections, no refreshers."""


def _model(
    seed: int, n_villages: int, until: int, parameters: Mapping[str, object], **more: Any
) -> ScaleUpModel:
    scenario = make_scenario(
        world=uniform_world(n_villages, 30, max(n_villages // 40, 1)),
        strategy="no_programme",
        seed=seed,
        parameters={**POSTS_EVERYWHERE, **NOTHING_WEARS, **parameters},
        until=until,
        **more,
    )
    return ScaleUpModel(scenario)


def _watch(model: ScaleUpModel, first: int) -> np.ndarray:
    """State of every post at the end of every month from ``first`` on."""
    states = []
    for month in range(model.scenario.until + 1):
        model.run(month)
        if month >= first:
            states.append(model.state.villages["post"].copy())
    return np.array(states)


TURNOVER_PER_YEAR, RECRUITING_MONTHS, TRAINING_MONTHS = 0.4, 4, 3
WORKER_FIRST, WORKER_LAST = 60, 200


def renewal(seeds: Sequence[int]) -> list[Row]:
    """Shares of posts that are vacant, in training and active, between leaving and recruiting."""
    leaving = -np.expm1(np.log1p(-TURNOVER_PER_YEAR) / 12)
    hiring = 1 / RECRUITING_MONTHS
    vacant = leaving / (leaving + hiring)
    training = vacant * hiring * sum((1 - leaving) ** k for k in range(TRAINING_MONTHS))
    settings = {
        "turnover_per_year": TURNOVER_PER_YEAR,
        "recruiting_months": RECRUITING_MONTHS,
        "training_months": TRAINING_MONTHS,
        "designated_share": 0,
    }
    states = np.hstack(
        [_watch(_model(seed, 1200, WORKER_LAST, settings, children="none"), WORKER_FIRST) for seed in seeds]
    )
    filled = (states >= POST_DESIGNATED) & (states <= POST_ACTIVE)
    changed = (~filled[1:] & filled[:-1]).sum(axis=0) / filled[:-1].sum(axis=0).clip(1)
    return [
        mean_row("share of posts that are vacant", vacant, (~filled).mean(axis=0)),
        mean_row("share of posts in training", training, (states == POST_TRAINING).mean(axis=0)),
        mean_row(
            "share of posts with a trained worker",
            1 - vacant - training,
            (states == POST_ACTIVE).mean(axis=0),
        ),
        mean_row(
            "share of workers who leave in a month", leaving, _weighted(changed, filled[:-1].sum(axis=0))
        ),
    ]


def _weighted(rates: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Values whose mean is the weighted mean and whose spread is that of the ratio."""
    mean = (rates * weights).sum() / weights.sum()
    values: np.ndarray = mean + (rates - mean) * weights / weights.mean()
    return values


COURSE_MONTHS = 12


def courses(seeds: Sequence[int]) -> list[Row]:
    """Shares of posts that are designated but untrained, when places in courses come at a rate."""
    leaving = -np.expm1(np.log1p(-TURNOVER_PER_YEAR) / 12)
    hiring, course = 1 / RECRUITING_MONTHS, 1 / COURSE_MONTHS
    states = 2 + 1 + 1  # vacant, designated, in the one month of the course, active
    months = np.zeros((states, states))
    months[0] = [1 - hiring, hiring, 0, 0]
    months[1] = [leaving, (1 - leaving) * (1 - course), (1 - leaving) * course, 0]
    months[2] = months[3] = [leaving, 0, 0, 1 - leaving]
    law = np.linalg.matrix_power(months, 4096)[0]
    settings = {
        "turnover_per_year": TURNOVER_PER_YEAR,
        "recruiting_months": RECRUITING_MONTHS,
        "training_months": 1,
        "designated_share": 1,
        "designated_training_months": COURSE_MONTHS,
    }
    seen = np.hstack(
        [_watch(_model(seed, 1200, WORKER_LAST, settings, children="none"), WORKER_FIRST) for seed in seeds]
    )
    return [
        mean_row(
            "share of posts designated, untrained", float(law[1]), (seen == POST_DESIGNATED).mean(axis=0)
        ),
        mean_row("share of posts in the course", float(law[2]), (seen == POST_TRAINING).mean(axis=0)),
        mean_row("share of posts with a trained worker", float(law[3]), (seen == POST_ACTIVE).mean(axis=0)),
    ]


HALF_LIFE = 30


def forgetting(seeds: Sequence[int]) -> list[Row]:
    """Skill of a worker without supervision: half of what was gained is gone after each half-life."""
    settings = {
        "turnover_per_year": 0,
        "supervision": 0,
        "skill_half_life_months": HALF_LIFE,
        "designated_share": 0,
        "training_months": 1,
        "recruiting_months": 1,
    }
    model = _model(seeds[0], 40, 100, settings, children="none")
    rules = model.tables.rules[0]
    gain = rules["skill_trained"] - rules["skill_untrained"]
    trained, skills = np.full(40, -1), []
    for month in range(101):
        model.run(month)
        villages = model.state.villages
        trained = np.where((villages["post"] == POST_ACTIVE) & (trained < 0), month, trained)
        skills.append(villages["skill"].copy())
    worst = []
    for halves in (1, 2):
        at = trained + halves * HALF_LIFE
        skill = np.array(skills)[at, np.arange(40)]
        theory = rules["skill_untrained"] + gain / 2**halves
        worst.append(
            exact_row(
                f"skill {halves * HALF_LIFE} months after the course",
                float(theory),
                float(skill.mean()),
                1e-12,
            )
        )
        worst.append(exact_row("… largest difference between villages", 0, float(np.ptp(skill)), 1e-12))
    kept = _model(seeds[0], 40, 60, {**settings, "skill_changes": False}, children="none").run()
    skill = kept.state.villages["skill"].min()
    return [
        *worst,
        exact_row("with skill_changes off: skill after 60 months", float(rules["skill_trained"]), skill),
    ]


REFUSED, GAIN, LOSS = 0.35, 0.3, 0.25


def trust(seeds: Sequence[int]) -> list[Row]:
    """Mean trust of families whose cases are refused with a fixed chance until they are served."""
    service = plain_service(
        "help",
        find_probability=1,
        consent_probability=1,
        refusal_share=REFUSED,
        inflow_per_month=0.2,
        need_share=0.2,
        need_share_pilot=0.2,
        seeking_share=1,
    )
    services = Services(rows=(*papers(), service), reference_shares=default_services().reference_shares)
    settings = {
        "turnover_per_year": 0,
        "designated_share": 0,
        "part_time_posts_share": 0,
        "recruiting_months": 1,
        "capacity_mode": "elastic",
        "self_seeking": False,
        "documents_chain": False,
        "scope": "universal",
        "openness_floor": 1,
        "consent_base": 1,
        "trust_return_per_month": 0,
        "refusal_correction_share": 0,
        "trust_gain_served": GAIN,
        "trust_loss": LOSS,
        "visit_order": "round_robin",
        "drop_out_per_month": 0,
        "months_between_visits_others": 1,
        "hold_population": True,
    }
    refusals = (1 - REFUSED) / (1 - REFUSED * (1 - LOSS))  # what all refusals of a spell leave of trust
    theory = GAIN / (1 - (1 - GAIN) * refusals)
    values = []
    for seed in seeds:
        model = _model(seed, 200, 120, settings, services=services).run()
        state = model.state
        village = np.repeat(np.arange(len(state.villages)), state.villages["n_slots"])
        home = state.villages["first_household"][village] + state.household
        alone = np.bincount(home)[home] == 1  # the only child place of its household
        at_rest = alone & np.isin(state.needs[:, 2] & 15, (CLEAR, UNMET))
        values.append(state.households["trust"][home[at_rest]] / TRUST_UNIT)
    return [
        mean_row("mean trust of families with one child and no case in hand", theory, np.concatenate(values))
    ]


CASES = (
    Case(
        "renewal",
        "workers",
        "Renewal of workers",
        "Posts alternate between a worker and a vacancy; the share vacant is the mean vacancy over the mean "
        "cycle, and those in training are hirings a month times the months of the course survived.",
        (
            "turnover_unsupervised_multiplier",
            "turnover_overload_multiplier",
            "turnover_queue_multiplier",
            "turnover_low_pay_multiplier",
            "election_turnover_share",
        ),
        renewal,
        runs=2,
    ),
    Case(
        "courses",
        "workers",
        "Designated first, trained when there is a place",
        "Vacant, designated, in the course, active: a chain of four states with its stationary law.",
        (
            "turnover_unsupervised_multiplier",
            "turnover_overload_multiplier",
            "turnover_queue_multiplier",
            "turnover_low_pay_multiplier",
            "election_turnover_share",
        ),
        courses,
        runs=2,
    ),
    Case(
        "forgetting",
        "workers",
        "Skill and its half-life",
        "Without supervision and refreshers half of what a course brought is gone after a half-life.",
        ("skill_changes", "election_turnover_share"),
        forgetting,
    ),
    Case(
        "trust",
        "workers",
        "Where trust comes to rest",
        "Each spell brings a number of refusals with chance r, each of which takes a share l of trust, and "
        "then a service, which closes a share g of the distance to full trust. After many spells trust is "
        "g / (1 − (1 − g)m) on average, m = (1 − r) / (1 − r(1 − l)), whatever it was at first.",
        ("trust_changes", "trust_return_per_month", "self_seeking", "capacity_mode"),
        trust,
        runs=3,
    ),
)
