"""What kernels read besides the columns: thresholds, curves and profiles, built once or when rules change.

Everything that needs exp, log or a power is computed here with Python's ``math``, so compiled and uncompiled
kernels see the same numbers.
"""

import functools
import math
from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np

from columns.clock import COARSE_BITS, COARSE_SHIFT, gap_guide, gap_table, halvings_for
from columns.draws import TWO_TO_32
from columns.keys import ByContent, Itself
from columns.layout import FOUND, GAVE_UP, N_STATES, NOT_ELIGIBLE, UNMET
from columns.state import Decisions, Tables, plain, records
from columns.words import MONTH_BITS
from model.calendar import is_welfare_week
from model.codes import (
    CHILDHOOD_MONTHS,
    DESK_VILLAGE,
    GROUP_UNATTENDED,
    LONGEST_OFFSET,
    PLAN_DATED,
    PLAN_GROWING,
)
from model.demography import HORIZON_MONTHS, DemographicPlan
from model.policy import Policy, outside_shares
from model.possible_needs import bounds_of_needs
from model.stationary import CERTIFICATE, HUKOU, S_CLEAR, Stationary, solve

KEPT_CURVES = 128
"""Sets of curves kept, of some 60 kB each: a history has a dozen."""
HIGHEST_CEILING = 0.9
ROUNDING = 1e-9
WORD_BYTES = 8
RULES = "rules"


def turnover_of(services: np.recarray, rules: np.record) -> np.ndarray:
    """Monthly probability of losing the status of each service by status, outside and in pilot villages.

    Being unattended ends at its turnover times the share of children who are not
    (:func:`model.onset.change_rate`).
    """
    lost = np.zeros((2, len(services)))
    for place, share in enumerate((rules.unattended_share, rules.unattended_pilot_share)):
        for s, row in enumerate(services):
            if row.status and row.group == GROUP_UNATTENDED:
                lost[place, s] = rules.unattended_change_per_month * (1.0 - share)
    return lost


def need_scales(villages: np.recarray, services: np.recarray, rules: np.record) -> np.ndarray:
    """Odds of need of each village relative to the reference for which inflows are declared.

    Outside the pilot the mean multiplier over the country is 1, so a poor remote village has more need than
    the declared share. In a pilot village the declared share is that of the village itself, so its own mean
    multiplier is divided out.

    Returns
    -------
    ndarray, float32, shape (villages, services)
    """
    pilot = villages["pilot"] == 1
    unattended = np.where(pilot, rules.unattended_pilot_share, rules.unattended_share)
    shares = [villages["remote"], villages["poverty"], villages["minority"], villages["left_behind"]]
    shares += [
        np.full(len(villages), rules.disabled_share),
        unattended,
        villages["hiv_affected"],
        villages["migrant"],
    ]
    scales = np.empty((len(villages), len(services)), dtype=np.float32)
    for s, row in enumerate(services):
        mean = np.ones(len(villages))
        for trait, share in enumerate(shares):
            mean += share * (row.multipliers[trait] - 1.0)
        mean += rules.caregiver_strained_share * (row.strain_multiplier - 1.0)
        young = max(min(rules.young_months, row.max_age_months) - row.min_age_months, 0)
        mean += young / (row.max_age_months - row.min_age_months) * (row.young_multiplier - 1.0)
        norm = np.where(pilot, 1.0 / mean, row.multiplier_norm)
        if s in (CERTIFICATE, HUKOU) or row.status:
            scales[:, s] = norm
        else:
            reference = odds(row.need_share_pilot)
            scales[:, s] = np.where(pilot, 1.0, odds(row.need_share) / reference) * norm
    return scales


def odds(share: float) -> float:
    """Odds of a share below 1: s ÷ (1 − s)."""
    return share / (1.0 - share)


def highest_multiplier(row: np.record) -> float:
    """Largest multiplier that any child can have for a service."""
    excess = [max(value - 1.0, 0.0) for value in row.multipliers]
    return 1.0 + sum(excess) + max(row.young_multiplier - 1.0, 0.0) + row.strain_multiplier - 1.0


def ceilings(services: np.recarray, scales: np.ndarray, rules: np.record) -> np.ndarray:
    """Dominating probability per month of every kind of candidate event: services, then family events.

    They cover every trait and lever: multipliers at their largest, the largest scale of any village and any
    upward shock of the onset. Strategies share them, so they share the clock.
    """
    values = []
    for s, row in enumerate(services):
        inflow = 0.0 if row.status else row.inflow_per_month
        values.append(inflow * float(scales[:, s].max(initial=0.0)) * highest_multiplier(row))
    values += [
        rules.family_change_per_month,
        rules.caregiver_change_per_month,
        rules.unattended_change_per_month,
    ]
    return np.array(values)


def onset_tops(
    services: np.ndarray, rules: SimpleNamespace, trend: np.ndarray, cash_dropout: float
) -> np.ndarray:
    """Highest rate of onset of a child whose traits and village multiply it by 1; (months, services).

    A shade above what the kernel works out, so that rounding never puts a real rate above it.
    """
    tops = services["inflow_per_month"] * trend
    tops[:, services["status"] == 1] = 0.0
    tops[:, services["term_entry"] == 1] *= max(cash_dropout, 1.0)
    tops[:, services["preventable"] == 1] *= max(rules.prevention_multiplier, 1.0)
    return tops * (1.0 + ROUNDING)


def moving_on(services: np.ndarray, rules: SimpleNamespace, cash_drop_out: float) -> np.ndarray:
    """Highest monthly probability that a case in gathering is filed or dropped, of any child with any help.

    Equation (37) at its largest, of shape (services, alone/helped); a shade above it, as for rounding.
    """
    alone = services["gathering_alone_per_month"].copy()
    alone[HUKOU] = rules.hukou_barrier_clearance_per_month
    helped = alone * max(rules.information_multiplier, rules.assistance_multiplier)
    helped = np.maximum(helped, services["gathering_helped_per_month"])
    odds_of_helped = max(rules.experience_odds_ratio, 1.0) * odds(np.minimum(helped, 1.0 - ROUNDING))
    helped = np.where(helped < 1.0, odds_of_helped / (1.0 + odds_of_helped), 1.0)
    drop = rules.drop_out_per_month * max(rules.drop_out_poor_multiplier, 1.0)
    drop *= max(rules.drop_out_remote_multiplier, 1.0) * max(cash_drop_out, 1.0)
    if rules.automatic_link:
        helped[services["status"] == 1] = 1.0
    pace = np.minimum(np.stack([alone, helped], axis=1), 1.0)
    drops = np.array([drop, drop * rules.drop_out_helped_multiplier])
    return np.maximum(pace + (1.0 - pace) * drops, drops) * (1.0 + ROUNDING)


def kind_guide(kinds: np.ndarray) -> np.ndarray:
    """Smallest kind of event for every value of the highest ``COARSE_BITS`` bits of a draw."""
    lowest = np.arange(1 << COARSE_BITS, dtype=np.uint64) << COARSE_SHIFT
    return np.searchsorted(kinds[:-1], lowest, side="right").astype(np.uint8)


def lasting_curve(lasting: np.ndarray) -> np.ndarray:
    """Share of a higher need of the very young that is left after 0 … 216 months; shape (services, 217).

    Powers of what is left after one month: that it fades so is an assumption.
    """
    return np.array([[math.pow(left, months) for months in range(CHILDHOOD_MONTHS + 1)] for left in lasting])


def clock(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gap table and cumulative thresholds of the candidate clock, one per kind of event.

    Raises
    ------
    ValueError
        If the ceilings add up to so much that the clock makes no sense.
    """
    total = float(sum(values))
    if not 0.0 < total < HIGHEST_CEILING:
        raise ValueError(
            f"the rates of onset and family change add up to at most {total:.3f} a month; they must stay "
            f"below {HIGHEST_CEILING}: lower inflow_per_month or the multipliers of the services"
        )
    kinds, sum_so_far = [], 0.0
    for value in values:
        sum_so_far += float(value)
        kinds.append(math.floor(sum_so_far / total * TWO_TO_32))
    kinds[-1] = math.floor(TWO_TO_32)
    return gap_table(total), np.array(kinds, dtype=np.uint64)


def seeking(still: Stationary, rules: SimpleNamespace) -> np.ndarray:
    """Monthly probability that a family applies on its own, per service, under the rules of a month."""
    seek = still.seek * rules.self_seeking
    seek[[CERTIFICATE, HUKOU]] *= rules.hukou_drive_seek_multiplier
    return np.minimum(seek, 1.0 - still.end)


def acting(still: Stationary, seek: np.ndarray, rules: SimpleNamespace) -> np.ndarray:
    """Monthly probability that a family acts on its own, equation (28); shape (services, states)."""
    forward = np.zeros((len(seek), N_STATES))
    forward[:, UNMET] = seek
    forward[:, FOUND] = np.minimum(seek * rules.information_multiplier, 1.0 - still.end)
    forward[:, GAVE_UP] = rules.return_after_giving_up_per_month
    forward[:, NOT_ELIGIBLE] = rules.return_after_not_eligible_per_month
    return forward


def spell_halvings(still: Stationary, rules: SimpleNamespace) -> np.ndarray:
    """How often the candidate probability of an idle spell is halved, one number per service.

    The probability covers whatever may happen to the spell in any state under the rules in force: it ends,
    the family applies, asks for a visit, tries again. It is the same in all strategies unless they set one of
    these; where it rises, the candidates of before are among those of afterwards.
    """
    seek = seeking(still, rules)
    asked = rules.asks_for_visit_per_month * max(rules.welfare_week_boost, 1.0)
    informed = np.minimum(seek * rules.information_multiplier, 1.0 - still.end)
    back = max(rules.return_after_giving_up_per_month, rules.return_after_not_eligible_per_month)
    highest = still.end + np.maximum(np.maximum(seek + asked, informed), back)
    return np.array([halvings_for(float(rate)) for rate in highest], dtype=np.int64)


def milestones(services: np.recarray, rules: np.record) -> tuple[np.ndarray, np.ndarray]:
    """Months until the next age limit of a service, and whether an age is one, for each age in months."""
    limits = {int(row.min_age_months) for row in services} | {int(row.max_age_months) for row in services}
    limits |= {int(rules.young_months), CHILDHOOD_MONTHS}
    ages = range(MONTH_BITS)
    until = [min((limit - age for limit in limits if limit > age), default=MONTH_BITS - 1) for age in ages]
    return np.array(until, dtype=np.int64), np.array([age in limits and age > 0 for age in ages])


def limited_services(services: np.recarray) -> np.ndarray:
    """Services that begin or end for a child at each age in months, as bits, shape (256,)."""
    limited = np.zeros(MONTH_BITS, dtype=np.int64)
    for s, row in enumerate(services):
        limited[row.min_age_months] |= 1 << s
        limited[row.max_age_months] |= 1 << s
    return limited


def allowances(services: np.recarray) -> np.ndarray:
    """Services that are an allowance, as bits, shape (1,)."""
    return np.array([sum(1 << s for s, row in enumerate(services) if row.status)])


def reviewed_services(services: np.recarray) -> np.ndarray:
    """Allowances that are reviewed so many months after a village's month of review, as bits, shape (259,).

    The first entry stands for a village whose first month of review comes last, in the month 0.
    """
    reviewed = np.zeros(HORIZON_MONTHS + LONGEST_OFFSET, dtype=np.int64)
    for s, row in enumerate(services):
        if row.status and row.review_interval_months:
            first = LONGEST_OFFSET % int(row.review_interval_months)
            reviewed[first :: int(row.review_interval_months)] |= 1 << s
    return reviewed


def give_up_curve(services: np.ndarray, rules: SimpleNamespace) -> np.ndarray:
    """Monthly probability of giving up after waiting w months, equation (42); shape (services, 256)."""
    if not rules.families_lose_patience:
        return np.zeros((len(services), MONTH_BITS))
    patience = services["patience_months"] * rules.patience_multiplier
    slope = float(rules.abandonment_slope)
    return np.array([_giving_up(float(months), slope) for months in patience])


@functools.lru_cache(maxsize=64)
def _giving_up(patience: float, slope: float) -> np.ndarray:
    """Return 1 − e^−θ for waits of 0 … 255 months: θ = θ0·exp(θ1·(w/patience − 1)), θ0 = 1/patience."""
    longest = math.log(patience) + 2.0
    growth = (min(slope * (wait / patience - 1.0), longest) for wait in range(MONTH_BITS))
    return np.array([1.0 - math.exp(-math.exp(exponent) / patience) for exponent in growth])


@functools.lru_cache(maxsize=8)
def fading_curve(return_per_month: float) -> np.ndarray:
    """Share of a difference in trust left after 0 … 255 months, in equation (49); shape (256,)."""
    return np.array([(1.0 - return_per_month) ** months for months in range(MONTH_BITS)])


@functools.lru_cache(maxsize=8)
def _exponential(rate_per_year: float) -> np.ndarray:
    """Return e^(rate·t) for every month of the calendar, t in years since the start."""
    return np.array([math.exp(rate_per_year * month / 12) for month in range(HORIZON_MONTHS)])


@functools.cache
def _welfare_weeks() -> np.ndarray:
    """Return, for every month of the calendar, whether it holds Child Welfare Week."""
    return np.array([is_welfare_week(month) for month in range(HORIZON_MONTHS)])


def desk_growth(rules: SimpleNamespace) -> np.ndarray:
    """Multiplier of desk minutes in every month under the plan in force, equation (39)."""
    growth = np.ones(HORIZON_MONTHS)
    if rules.desk_plan == PLAN_DATED:
        growth = growth * rules.desk_dated_factor
    elif rules.desk_plan == PLAN_GROWING:
        growth = _exponential(float(rules.desk_growth_per_year))
    return growth


def decide(policy: Policy, tables: Tables, still: Stationary) -> tuple[Decisions, Tables]:
    """Work out what every dated change of rules brings; rules and tables get memory of their own for it."""
    words, layout = _decided(Itself(policy), ByContent(np.asarray(tables.services)), Itself(still))
    in_force = words[0].copy()
    standing = in_force.view(layout)
    own = {name: standing[name][0] for name in layout.names or () if name != RULES}
    decisions = Decisions(np.array(policy.months, dtype=np.int64), words, in_force)
    return decisions, tables._replace(rules=records(standing[RULES]), **own)


@functools.lru_cache(maxsize=KEPT_CURVES)
def _decided(policy: Itself, table: ByContent, solved: Itself) -> tuple[np.ndarray, np.dtype]:
    """Rules and curves of all changes, (changes, words), and how they stand in their words."""
    changes = policy.thing.records
    curves = [_curves(ByContent(rules), table, solved) for rules in changes]
    fields = [(name, curve.dtype, curve.shape) for name, curve in curves[0].items()]
    layout = np.dtype([(RULES, changes[0].dtype), *fields])
    words = np.zeros((len(curves), layout.itemsize // WORD_BYTES), dtype=np.uint64)
    for row, rules, of_change in zip(words.view(layout)[:, 0], changes, curves, strict=True):
        row[RULES] = rules[0]
        for name, curve in of_change.items():
            row[name] = curve
    return words, layout


@functools.lru_cache(maxsize=KEPT_CURVES)
def _curves(rules_in_force: ByContent, table: ByContent, solved: Itself) -> dict[str, np.ndarray]:
    """Curves by the name of their table, worked out once for all runs that come to the same rules.

    Those of cash are equation (46). Those that also follow the calendar have a row for every month, the trend
    of equation (26) among them.
    """
    rules, services, still = plain(rules_in_force.array[0]), table.array, solved.thing
    cash = rules.cash_multiplier
    halvings = spell_halvings(still, rules)
    cash_dropout = rules.cash_school_dropout_multiplier**cash
    cash_drop_out = rules.cash_drop_out_multiplier**cash
    trend = np.ones((HORIZON_MONTHS, len(services)))
    retention = _exponential(-float(rules.school_retention_trend_per_year))
    trend[:, services["term_entry"] == 1] = retention[:, None]
    return {
        "give_up": give_up_curve(services, rules),
        "fading": fading_curve(float(rules.trust_return_per_month)),
        "cash_drop_out": np.array([cash_drop_out]),
        "cash_dropout": np.array([cash_dropout]),
        "outside": outside_shares(float(rules.mandate_month)),
        "forward": acting(still, seeking(still, rules), rules),
        "shortened": 0.5**halvings,
        "moving": moving_on(services, rules, float(cash_drop_out)),
        "halvings": halvings,
        "trend": trend,
        "asking": np.where(_welfare_weeks(), rules.welfare_week_boost, 1.0),
        "desk_growth": desk_growth(rules),
        "tops": onset_tops(services, rules, trend, float(cash_dropout)),
    }


def make_tables(
    state_villages: np.recarray,
    plan: DemographicPlan,
    rules: np.recarray,
    services: np.recarray,
    names: Sequence[str],
) -> tuple[Stationary, Tables]:
    """Build the read-only inputs of the kernels for month 0.

    Parameters
    ----------
    state_villages : structured array of VILLAGE
    plan : model.demography.DemographicPlan
    rules : recarray, shape (1,)
    services : recarray, shape (services,)
    names : sequence of str
        Of the services.
    """
    now = rules[0]
    still = solve(now, services, names, turnover_of(services, now))
    scales = need_scales(state_villages, services, now)
    tops = ceilings(services, scales, now)
    gaps, kinds = clock(tops)
    until, limits = milestones(services, now)
    in_village = [s for s, row in enumerate(services) if row.desk == DESK_VILLAGE]
    clear = np.ascontiguousarray(still.profile[..., S_CLEAR])
    nothing = np.zeros(0)  # until the rules of the first month come into force below
    tables = Tables(
        rules=rules, services=services, gaps=gaps, gap_guide=gap_guide(gaps),
        kind_guide=kind_guide(kinds), kinds=kinds, ceilings=tops,
        tops=nothing, forward=nothing.reshape(0, 2), shortened=nothing, moving=nothing.reshape(0, 2),
        end=still.end,
        halvings=nothing, redated=np.zeros(len(services), dtype=np.bool_),
        lasting=lasting_curve(1.0 - still.outflow - services.inflow_per_month),
        clear=clear, profile=still.profile, papers=still.papers,
        give_up=nothing, fading=nothing, milestones=until, is_milestone=limits, outside=nothing,
        limited=limited_services(services), allowances=allowances(services),
        reviewed=reviewed_services(services), trend=nothing, asking=nothing,
        cash_drop_out=nothing, cash_dropout=nothing, desk_growth=nothing,
        village_service=np.array(in_village[:1] or [0]), births=plan.births, target=plan.target,
        need_scale=scales, **bounds_of_needs(services, clear)._asdict(),
    )  # fmt: skip
    curves = _curves(ByContent(rules), ByContent(np.asarray(services)), Itself(still))
    return still, tables._replace(**curves)
