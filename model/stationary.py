"""The world without the programme stands still: solve what is not declared so that every stock is stationary.

Declared are how common a need is, how fast it arises and how a request fares. Not declared, because nobody
has measured it, is how readily families apply on their own and how readily a need ends by itself. Both are
solved here so that stocks without programme and outside events stay where they start:

* a need with an inflow leaves the open stock at ``inflow (1 - p) / p`` a month, a share ``seeking_share`` of
  it through the service;
* an allowance by status is lost at reviews at the rate at which new families obtain it;
* papers are missing from birth, and the readiness to seek them gives the declared share among children 0–17.

The same monthly chain then gives, for every class of children and every age, the distribution over the states
of a need from which the first month is drawn. Waiting at desks is taken as nil: desks with slack serve in the
month of filing.
"""

import functools
from collections.abc import Sequence
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from columns.compiling import kernel
from columns.state import plain
from model.calendar import START_MONTH_OF_YEAR, TERM_MONTHS
from model.codes import CHILDHOOD_MONTHS

CERTIFICATE, HUKOU = 0, 1  # the first two rows of the service table: papers that children lack from birth

# States of the chain of one need.
S_CLEAR, S_UNMET, S_GATHERING, S_GAVE_UP, S_NOT_ELIGIBLE, S_SERVED = range(6)
N_CHAIN = 6
# States of the chain of papers: without certificate, with certificate but without hukou, with both.
(
    P_NONE_UNMET, P_NONE_GATHERING, P_NONE_GAVE_UP, P_NONE_NOT_ELIGIBLE,
    P_ONE_UNMET, P_ONE_GATHERING, P_ONE_GAVE_UP, P_ONE_NOT_ELIGIBLE, P_BOTH,
) = range(9)  # fmt: skip
N_PAPERS = 9
BORN_WITHOUT_BOTH, BORN_WITHOUT_HUKOU = 0, 1
LACKING, COMPLETE = 0, 1  # whether a child lacks the hukou

# Classes of children that fare differently on the way to a desk.
CLASS_PILOT, CLASS_REMOTE, CLASS_POOR, CLASS_MIGRANT = 1, 2, 4, 8
N_CLASSES = 16

MONTHS_SINCE_TERM = START_MONTH_OF_YEAR - TERM_MONTHS[0]
"""A term began in March 2010; who was admitted in that month or the next waits for September."""
LEAST_RETURN = 1e-4
"""Families who never come back after giving up are reckoned to do so after some centuries."""
DOUBLINGS = 20
"""A need is given 2 to this power months to settle."""
BISECTIONS = 60
KEPT_WORLDS = 4
"""Solutions kept, of a few megabytes each: runs of a comparison share theirs."""


class Stationary(NamedTuple):
    """What the no-programme world implies; probabilities per month."""

    seek: np.ndarray  # (services,)
    end: np.ndarray  # (services,)
    outflow: np.ndarray  # (services,) total outflow of the open stock
    profile: np.ndarray  # (classes, services, months since entry + 1, lacking/complete, chain) cumulative
    papers: np.ndarray  # (classes, months since birth + 1, born without, states) cumulative
    filing: np.ndarray  # (classes, services) filings a month per eligible child, papers as at the start


class Pace(NamedTuple):
    """Monthly probabilities of one service for one class of children with given papers."""

    onset: float
    seek: float
    end: float  # of an open need by itself; for a status, losing it
    gather: float
    drop: float
    refuse: float
    reject: float
    back: float  # after giving up
    back_rejected: float
    lapse: float
    by_status: float  # 1 where being eligible is being in need until served
    turnover: float  # of the status


@kernel
def step_need(dist: np.ndarray, pace: Pace) -> float:
    """One month of one need for a distribution over chain states, in place; returns the share that files."""
    unmet, gathering = dist[S_UNMET], dist[S_GATHERING]
    gave_up, rejected, served = dist[S_GAVE_UP], dist[S_NOT_ELIGIBLE], dist[S_SERVED]
    end = pace.end
    ended = end * (unmet + gathering + gave_up + rejected)
    at_desk = gathering * (1.0 - end) + pace.seek * unmet
    filed = pace.gather * at_desk
    obtained = filed * (1.0 - pace.refuse - pace.reject)
    opened = pace.onset * dist[S_CLEAR] + pace.lapse * served
    dist[S_UNMET] = (
        unmet * (1.0 - pace.seek - end) + pace.back * gave_up + pace.back_rejected * rejected + opened
    )
    dist[S_GATHERING] = at_desk - filed * (1.0 - pace.refuse) - pace.drop * at_desk
    dist[S_GAVE_UP] = gave_up * (1.0 - pace.back - end) + pace.drop * at_desk
    dist[S_NOT_ELIGIBLE] = rejected * (1.0 - pace.back_rejected - end) + filed * pace.reject
    if pace.by_status > 0.0:  # who loses the status is replaced by a newcomer in need
        dist[S_SERVED] = served * (1.0 - pace.lapse - pace.turnover) + obtained
        dist[S_UNMET] += ended + pace.turnover * served
    else:
        dist[S_CLEAR] = dist[S_CLEAR] * (1.0 - pace.onset) + ended + obtained
    return filed


@kernel
def settle(dist: np.ndarray, pace: Pace) -> float:
    """Let the months pass until the distribution stands still; returns the share that files a month.

    A month is a linear map, so its matrix is squared over and over: some chains take centuries to settle.
    """
    months = np.zeros((N_CHAIN, N_CHAIN))
    for state in range(N_CHAIN):
        months[state, state] = 1.0
        step_need(months[state], pace)
    for _ in range(DOUBLINGS):
        twice = np.zeros((N_CHAIN, N_CHAIN))
        for first in range(N_CHAIN):
            for middle in range(N_CHAIN):
                for last in range(N_CHAIN):
                    twice[first, last] += months[first, middle] * months[middle, last]
        months = twice
    before = dist.copy()
    dist[:] = 0.0
    for first in range(N_CHAIN):
        for last in range(N_CHAIN):
            dist[last] += before[first] * months[first, last]
    return step_need(dist.copy(), pace)


@kernel
def follow_cohort(
    profile: np.ndarray, lacking: np.ndarray, complete: np.ndarray, pace_lacking: Pace,
    pace_complete: Pace, completing: np.ndarray, entry_age: int, born: float,
) -> None:  # fmt: skip
    """Fill a table by months since the entry age; who completes the papers carries the state of need along.

    ``born`` is the share of births without hukou: the others have their papers from the first day.
    """
    weight_lacking = born
    for age in range(entry_age):
        weight_lacking *= 1.0 - completing[age]
    weight_complete = 1.0 - weight_lacking
    for since in range(CHILDHOOD_MONTHS + 1):
        for state in range(N_CHAIN):
            profile[since, LACKING, state], profile[since, COMPLETE, state] = lacking[state], complete[state]
        age = min(entry_age + since, CHILDHOOD_MONTHS)
        step_need(lacking, pace_lacking)
        step_need(complete, pace_complete)
        moving = weight_lacking * completing[age]
        if moving > 0.0:
            for state in range(N_CHAIN):
                complete[state] = (complete[state] * weight_complete + lacking[state] * moving) / (
                    weight_complete + moving
                )
        weight_lacking -= moving
        weight_complete += moving


@kernel
def step_papers(
    dist: np.ndarray, seek: float, gather: float, barrier: float, drop: float, refuse: np.ndarray,
    reject: np.ndarray, back: float, back_rejected: float,
) -> float:  # fmt: skip
    """One month of the chain of papers, in place; returns the share that becomes complete.

    Arrays ``gather``-side scalars belong to the certificate; ``refuse`` and ``reject`` are pairs
    (certificate, hukou). A family that has obtained the certificate goes on to the hukou at once.
    """
    onward = 0.0
    for first, pace, which in ((P_NONE_UNMET, gather, 0), (P_ONE_UNMET, barrier, 1)):
        unmet, gathering = dist[first], dist[first + 1]
        gave_up, rejected = dist[first + 2], dist[first + 3]
        at_desk = gathering + seek * unmet
        filed = pace * at_desk
        dist[first] = unmet * (1.0 - seek) + back * gave_up + back_rejected * rejected
        dropped = drop * (at_desk - filed)
        dist[first + 1] = at_desk - filed * (1.0 - refuse[which]) - dropped + onward
        dist[first + 2] = gave_up * (1.0 - back) + dropped
        dist[first + 3] = rejected * (1.0 - back_rejected) + filed * reject[which]
        onward = filed * (1.0 - refuse[which] - reject[which])
    dist[P_BOTH] += onward
    return onward


@kernel
def mean_lacking(
    seek: float, gather: float, barrier: float, drop: float, refuse: np.ndarray, reject: np.ndarray,
    back: float, back_rejected: float, without_both: float,
) -> float:  # fmt: skip
    """Mean share of the months 0–17 years without hukou, of children born without it."""
    dist = np.zeros(N_PAPERS)
    dist[P_NONE_UNMET] = without_both
    dist[P_ONE_UNMET] = 1.0 - without_both
    total = 0.0
    for _ in range(CHILDHOOD_MONTHS):
        step_papers(dist, seek, gather, barrier, drop, refuse, reject, back, back_rejected)
        total += 1.0 - dist[P_BOTH]
    return total / CHILDHOOD_MONTHS


def _drop_out(rules: SimpleNamespace, class_bits: int) -> float:
    """Monthly probability of dropping out while gathering papers, for a class of children."""
    drop = rules.drop_out_per_month
    if class_bits & CLASS_POOR:
        drop *= rules.drop_out_poor_multiplier
    if class_bits & CLASS_REMOTE:
        drop *= rules.drop_out_remote_multiplier
    return drop


def _pace(rules: SimpleNamespace, alone: float, class_bits: int) -> float:
    """Monthly probability that a class of children completes its papers; those of migrants are elsewhere."""
    return alone * (1.0 - rules.portability_penalty) if class_bits & CLASS_MIGRANT else alone


def _refusal(service: SimpleNamespace) -> float:
    """Probability that a complete application is refused for missing papers."""
    return min(service.refusal_share, 1.0 - service.not_eligible_share)


def lapse_per_month(service: SimpleNamespace) -> float:
    """Monthly probability that an allowance lapses at a review; 0 where there is none.

    Reviews come all at once in a village, when those served are most: between two reviews their number rises
    by what the next one takes. Hence a little more than the share over the interval.
    """
    interval = service.review_interval_months
    if not service.status or interval == 0 or service.lapse_share == 0.0:
        return 0.0
    return 1.0 / (interval / service.lapse_share - (interval - 1) / 2)


def solve_need(
    service: SimpleNamespace, name: str, rules: SimpleNamespace, turnover: float
) -> tuple[float, float, float]:
    """Return (seek, end, outflow) of one service per month, equation (29).

    Where the declared pace cannot carry the declared flow, families seek as readily as can be and more of
    them are in need than declared; the world is stationary all the same.

    Raises
    ------
    ValueError
        If a need would have to end faster than within a month; names the service and what to change.
    """
    back, back_rejected = rules.return_after_giving_up_per_month, rules.return_after_not_eligible_per_month
    gather = service.gathering_alone_per_month
    drop = rules.drop_out_per_month * (1.0 - gather)
    refuse, reject, share = service.refusal_share, service.not_eligible_share, service.need_share
    if service.inflow_per_month > 0:
        share = service.need_share_pilot
        outflow = service.inflow_per_month * (1.0 - share) / share
        end, stock = (1.0 - service.seeking_share) * outflow, 1.0
        obtained = service.seeking_share * outflow
    else:
        outflow, end, stock = turnover, turnover, share
        obtained = (lapse_per_month(service) + turnover) * (1.0 - share)
    if outflow > 1.0:
        inflow = service.inflow_per_month
        raise ValueError(f"service {name}: an inflow_per_month of {inflow:g} asks for a larger need_share")
    carried = gather * (1.0 - refuse - reject)
    if carried == 0.0:
        return 0.0, end, outflow
    at_desk = obtained / carried
    gathering = at_desk * (1.0 - gather * (1.0 - refuse) - drop)
    gave_up = drop * at_desk / max(back + end, LEAST_RETURN)
    rejected = gather * reject * at_desk / max(back_rejected + end, LEAST_RETURN)
    unmet = stock - gathering - gave_up - rejected
    seek = (at_desk - gathering * (1.0 - end)) / unmet if unmet > 0 else 1.0
    return min(max(seek, 0.0), 1.0 - end), end, outflow


def solve_papers(services: Sequence[SimpleNamespace], rules: SimpleNamespace) -> float:
    """Monthly readiness to seek papers that brings children without hukou nearest to the declared share."""
    refuse, reject = _paper_refusals(services)
    share = services[HUKOU].need_share / rules.births_without_hukou_share

    def lacking(seek: float) -> float:
        return mean_lacking(
            seek,
            services[CERTIFICATE].gathering_alone_per_month,
            rules.hukou_barrier_clearance_per_month,
            rules.drop_out_per_month,
            refuse,
            reject,
            rules.return_after_giving_up_per_month,
            rules.return_after_not_eligible_per_month,
            rules.births_without_certificate_share,
        )

    low, high = 0.0, 1.0
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if lacking(middle) > share else (low, middle)
    return (low + high) / 2


def _paper_refusals(services: Sequence[SimpleNamespace]) -> tuple[np.ndarray, np.ndarray]:
    rows = [services[CERTIFICATE], services[HUKOU]]
    return np.array([_refusal(row) for row in rows]), np.array([row.not_eligible_share for row in rows])


def solve(rules: np.record, services: np.recarray, names: Sequence[str], turnover: np.ndarray) -> Stationary:
    """Solve the whole no-programme world.

    Parameters
    ----------
    rules : record
        Parameters in force at the start.
    services : recarray, shape (services,)
    names : sequence of str
        Of the services, for messages.
    turnover : array of float, shape (2, services)
        Monthly probability of losing the status of a service by status (0 for others), outside and in pilot
        villages.

    Returns
    -------
    Stationary
        The same arrays for the same world; they are read and never changed.
    """
    return _solved(
        rules.tobytes(), rules.dtype, services.tobytes(), services.dtype, tuple(names), turnover.tobytes()
    )


@functools.lru_cache(maxsize=KEPT_WORLDS)
def _solved(
    rules_content: bytes,
    rules_type: np.dtype,
    services_content: bytes,
    services_type: np.dtype,
    names: tuple[str, ...],
    turnover_content: bytes,
) -> Stationary:
    """Solve a world given as bytes, once for all runs that share it."""
    rules = plain(np.frombuffer(rules_content, dtype=rules_type)[0])
    rows = np.frombuffer(services_content, dtype=services_type)
    services = [plain(row) for row in rows]
    n = len(services)
    turnover = np.frombuffer(turnover_content).reshape(2, n)
    seek, end, outflow = np.zeros(n), np.zeros(n), np.zeros(n)
    for s in range(n):
        if s in (CERTIFICATE, HUKOU):
            continue
        seek[s], end[s], outflow[s] = solve_need(services[s], names[s], rules, turnover[0, s])
    seek[CERTIFICATE] = seek[HUKOU] = solve_papers(services, rules)
    profile = np.zeros((N_CLASSES, n, CHILDHOOD_MONTHS + 1, 2, N_CHAIN))
    papers = np.zeros((N_CLASSES, CHILDHOOD_MONTHS + 1, 2, N_PAPERS))
    filing = np.zeros((N_CLASSES, n))
    for class_bits in range(N_CLASSES):
        here = turnover[1 if class_bits & CLASS_PILOT else 0]
        completing = _paper_profile(
            papers[class_bits], filing[class_bits], services, rules, seek[HUKOU], class_bits
        )
        for s in range(n):
            if s not in (CERTIFICATE, HUKOU):
                filing[class_bits, s] = _need_profile(
                    profile[class_bits, s],
                    services[s],
                    rules,
                    (seek[s], end[s], here[s]),
                    completing,
                    class_bits,
                )
    # A need by status ends on its own only with the status itself, which is an event of its own.
    end = np.where(rows["status"] == 1, 0.0, end)
    for shares in (profile, papers):  # a sum along so short an axis is slow with NumPy's own
        for state in range(1, shares.shape[-1]):
            shares[..., state] += shares[..., state - 1]
    return Stationary(seek, end, outflow, profile, papers, filing)


def _born_without(rules: SimpleNamespace, class_bits: int) -> float:
    """Share of births without hukou."""
    return (
        rules.births_without_hukou_pilot_share
        if class_bits & CLASS_PILOT
        else rules.births_without_hukou_share
    )


def _paper_profile(
    papers: np.ndarray,
    filing: np.ndarray,
    services: Sequence[SimpleNamespace],
    rules: SimpleNamespace,
    seek: float,
    class_bits: int,
) -> np.ndarray:
    """Fill the table of papers by months since birth; return the monthly hazard of completing them by age."""
    pilot = bool(class_bits & CLASS_PILOT)
    without = (
        rules.births_without_certificate_pilot_share if pilot else rules.births_without_certificate_share
    )
    born = _born_without(rules, class_bits)
    refuse, reject = _paper_refusals(services)
    gather = _pace(rules, services[CERTIFICATE].gathering_alone_per_month, class_bits)
    barrier = _pace(rules, rules.hukou_barrier_clearance_per_month, class_bits)
    drop = _drop_out(rules, class_bits)
    back, back_rejected = rules.return_after_giving_up_per_month, rules.return_after_not_eligible_per_month
    papers[0, BORN_WITHOUT_BOTH, P_NONE_UNMET] = papers[0, BORN_WITHOUT_HUKOU, P_ONE_UNMET] = 1.0
    hazard, filed = follow_papers(
        papers, born, without, seek, gather, barrier, drop, refuse, reject, back, back_rejected
    )
    filing[[CERTIFICATE, HUKOU]] += filed
    return hazard


@kernel
def follow_papers(
    papers: np.ndarray, born: float, without: float, seek: float, gather: float, barrier: float,
    drop: float, refuse: np.ndarray, reject: np.ndarray, back: float, back_rejected: float,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Follow children from birth to 18 years through the chain of papers.

    ``papers`` is (months + 1, born without, states), its first month given; the rest are filled. Returns the
    monthly hazard of completing the papers by age (months + 1,), and filings of both papers a month and child
    (2,); ``born`` is the share of births without hukou.
    """
    filed = np.zeros(2)
    hazard = np.zeros(CHILDHOOD_MONTHS + 1)
    for age in range(CHILDHOOD_MONTHS):
        lacking = completed = 0.0
        for origin, weight in ((BORN_WITHOUT_BOTH, without), (BORN_WITHOUT_HUKOU, 1.0 - without)):
            dist = papers[age + 1, origin]
            for state in range(N_PAPERS):
                dist[state] = papers[age, origin, state]
            lacking += weight * (1.0 - dist[P_BOTH])
            for which, first, pace in ((0, P_NONE_UNMET, gather), (1, P_ONE_UNMET, barrier)):
                at_desk = dist[first + 1] + seek * dist[first]
                filed[which] += born * weight * pace * at_desk / CHILDHOOD_MONTHS
            completed += weight * step_papers(
                dist, seek, gather, barrier, drop, refuse, reject, back, back_rejected
            )
        hazard[age] = completed / lacking if lacking > 0 else 0.0
    return hazard, filed


def _admit(dist: np.ndarray, filed: float, pace: Pace) -> None:
    """Count those who were admitted since the last term began among the served instead of the clear."""
    admitted = MONTHS_SINCE_TERM * filed * (1.0 - pace.refuse - pace.reject)
    dist[S_SERVED] += admitted
    dist[S_CLEAR] -= admitted


def _need_profile(
    profile: np.ndarray,
    service: SimpleNamespace,
    rules: SimpleNamespace,
    hazards: tuple[float, float, float],
    completing: np.ndarray,
    class_bits: int,
) -> float:
    """Fill one service's table by months since the entry age; return filings a month per eligible child."""
    seek, end, turnover = hazards
    status = bool(service.status)
    gather = _pace(rules, service.gathering_alone_per_month, class_bits)
    pace = Pace(
        onset=0.0 if status else service.inflow_per_month,
        seek=seek,
        end=turnover if status else end,
        gather=gather,
        drop=_drop_out(rules, class_bits) * (1.0 - gather),
        refuse=_refusal(service),
        reject=service.not_eligible_share,
        back=rules.return_after_giving_up_per_month,
        back_rejected=rules.return_after_not_eligible_per_month,
        lapse=lapse_per_month(service),
        by_status=1.0 if status else 0.0,
        turnover=turnover,
    )
    without_papers = pace
    if rules.documents_chain and service.hard_prerequisite == HUKOU:
        without_papers = pace._replace(gather=0.0, seek=0.0)
    elif rules.documents_chain and service.soft_prerequisite == HUKOU:
        refuse = min(pace.refuse + service.refusal_without, 1.0 - pace.reject)
        without_papers = pace._replace(refuse=refuse)
    settled = np.zeros((2, N_CHAIN))
    settled[:, S_UNMET if status else S_CLEAR] = 1.0
    filed = settle(settled[COMPLETE], pace)
    if without_papers.gather > 0.0:  # else nobody without papers is ever served: all stay in need
        filed_without = settle(settled[LACKING], without_papers)
        if service.term_entry:
            _admit(settled[LACKING], filed_without, without_papers)
    if service.term_entry:
        _admit(settled[COMPLETE], filed, pace)
    follow_cohort(
        profile, settled[LACKING], settled[COMPLETE], without_papers, pace, completing,
        int(service.min_age_months), _born_without(rules, class_bits),
    )  # fmt: skip
    return filed
