"""Posts and the people in them: recruiting, training, supervision, leaving, replacement; one county a month.

A post is wanted, then recruiting, then filled. Under a mandate most are filled at once by a village cadre
(designated, untrained), who is trained when a course has a place; otherwise a person is recruited and trained
before the work starts. A worker who leaves makes the post vacant until somebody is found.

Supervision, the caseload and the backlog are read as they stood at the end of last month, so villages may be
visited in any order. All draws are keyed by village and month.
"""

import math

import numpy as np

from columns.compiling import kernel
from columns.draws import draw, happens
from columns.layout import (
    NO_MONTH,
    POST_ACTIVE,
    POST_DESIGNATED,
    POST_RECRUITING,
    POST_TRAINING,
    POST_VACANT,
    POST_WANTED,
    STAGE_UNIVERSAL,
)
from columns.numbers import Truth, Whole
from columns.streams import stream
from model.codes import MINUTES_PER_HOUR, PILOT_PART_TIME
from model.money import (
    DEDICATED_MONTHS,
    PART_TIME_MONTHS,
    POSTS_OPENED,
    POSTS_UNFUNDED,
    SUPERVISION_MINUTES,
    WORKERS_TRAINED,
    divided_up,
    fen,
    pilot_ended,
    post_envelope,
    post_month_fen,
    training_fen,
    villages_per_post,
)

DESIGNATED = stream("post.designated")
RECRUITED = stream("post.recruited")
TRAINED = stream("post.trained")
PART_TIME = stream("post.part_time")
LOCAL_WORKER = stream("worker.local")
LEAVES = stream("worker.leaves")
REPLACED = stream("worker.election")

FIRST_FILLED, LAST_FILLED = POST_DESIGNATED, POST_ACTIVE
"""Posts in these states or between have a worker."""
HOURS_PER_TRAINING_DAY = 8
LARGE_VILLAGE_WORKERS = 2
LONGEST_COURSE = 1.5
"""A course longer than so many times the reference teaches no more."""
QUEUE_SCALE_MONTHS = 6.0
"""Months of backlog at which it weighs in full on turnover."""
LONGEST_BACKLOG_MONTHS = 24.0
"""A backlog of which nothing is served counts as this long."""
LEAST = 1e-9
"""Keeps divisors above 0."""


@kernel
def staff_posts(
    month: Whole,
    c: Whole,
    counties: np.recarray,
    townships: np.recarray,
    villages: np.recarray,
    rank: np.ndarray,
    counters: np.ndarray,
    rules: np.recarray,
) -> None:
    """Carry out one month of staffing in county ``c``.

    Parameters
    ----------
    month, c : int
        Month and index of the county.
    counties, townships, villages : record arrays
        COUNTY, TOWNSHIP, VILLAGE; only entries of county ``c`` are read or written.
    rank : int32 array, one per village
        Villages of each county in the order in which they get posts (:func:`model.orders.rank_villages`).
    counters : int64 array, shape (counties, len(model.money.COUNTERS))
        Row ``c`` is added to.
    rules : record array of one row
        Parameters in force this month.
    """
    county = counties[c]
    counts = counters[c]
    opened = county.n_opened
    election = elections_held(month, county, rules)
    hazard = leaving_hazard(rules)
    money = post_envelope(county, rules)
    funded = 0
    for k in range(opened):  # pay comes first, by rank; then training, new posts, supervision with the rest
        cost = pay_due(month, villages[rank[county.first_village + k]], county, rules)
        if k >= county.posts_funded or cost > money:
            break
        money -= cost
        funded += 1
    for k in range(opened):
        village = villages[rank[county.first_village + k]]
        if k >= funded:
            counts[POSTS_UNFUNDED] += 1
            if village.post != POST_WANTED:
                empty_post(month, village, POST_WANTED)
            continue
        if village.post == POST_WANTED:
            empty_post(month, village, POST_RECRUITING)
        if FIRST_FILLED <= village.post <= LAST_FILLED:
            supervision = supervision_share(townships[village.township], rules)
            money = keep_worker(month, village, county, supervision, election, hazard, money, counts, rules)
        else:
            money = seek_worker(month, village, county, money, counts, rules)
    if funded == opened:
        money = open_posts(month, county, villages, rank, money, counts, rules)
    count_posts(month, c, counties, townships, villages, rank, counts, rules)
    supervise(county, townships, money, counts, rules)


@kernel
def open_posts(
    month: Whole,
    county: np.record,
    villages: np.recarray,
    rank: np.ndarray,
    money: Whole,
    counts: np.ndarray,
    rules: np.recarray,
) -> Whole:
    """Open posts in the next villages by rank, one seat each, while there is money; return the money left."""
    start_up = fen(rules[0].post_opening_yuan)
    room = max(min(county.seats, county.n_villages - county.n_opened), 0)
    first = county.first_village + county.n_opened
    opened = 0
    for k in range(first, first + room):
        village = villages[rank[k]]
        cost = start_up + pay_due(month, village, county, rules)
        if cost > money:
            counts[POSTS_UNFUNDED] += room - opened
            break
        money -= cost
        opened += 1
        if designates(village, county, rules):
            hire(month, village, POST_DESIGNATED, county, rules)
        else:
            empty_post(month, village, POST_RECRUITING)
    counts[POSTS_OPENED] += opened
    county.n_opened += opened
    county.seats_used = opened
    return money


@kernel
def seek_worker(
    month: Whole, village: np.record, county: np.record, money: Whole, counts: np.ndarray, rules: np.recarray
) -> Whole:
    """Look for somebody for an empty post; who is not designated is trained first. Return the money left."""
    if not happens(draw(village.key, RECRUITED, month, 0), 1.0 / max(rules[0].recruiting_months, 1.0)):
        return money
    if designates(village, county, rules):
        hire(month, village, POST_DESIGNATED, county, rules)
        return money
    workers = workers_of(village, rules)
    cost = workers * training_fen(rules)
    if cost > money:
        return money
    counts[WORKERS_TRAINED] += workers
    hire(month, village, POST_TRAINING, county, rules)
    return money - cost


@kernel
def keep_worker(
    month: Whole,
    village: np.record,
    county: np.record,
    supervision: float,
    election: Truth,
    hazard: float,
    money: Whole,
    counts: np.ndarray,
    rules: np.recarray,
) -> Whole:
    """One month of a filled post: elections, leaving, fading by equation (14), courses. Return the money."""
    village.supervision = supervision
    if made_part_time(month, village, rules):
        village.dedicated = 0
    if election and happens(draw(village.key, REPLACED, month, 0), rules[0].election_turnover_share):
        empty_post(month, village, POST_VACANT)
        if designates(village, county, rules):  # the new committee names somebody at once
            hire(month, village, POST_DESIGNATED, county, rules)
        return money
    risk = leaving_probability(village, supervision, hazard, rules)
    if happens(draw(village.key, LEAVES, month, 0), risk):
        empty_post(month, village, POST_VACANT)
        return money
    if village.post == POST_TRAINING:
        if month - village.post_month >= rules[0].training_months:
            village.post = POST_ACTIVE
            village.post_month = month
            village.trained_month = month
            village.skill = max(skill_after_course(rules), village.skill)
        return money
    if village.post == POST_ACTIVE and rules[0].skill_changes > 0.0:
        fade = (1.0 - supervision) / max(rules[0].skill_half_life_months, 1.0)
        floor = min(rules[0].skill_untrained, village.skill)
        village.skill = floor + (village.skill - floor) * math.pow(2.0, -fade)
    if not course_offered(month, village, rules):
        return money
    workers = workers_of(village, rules)
    cost = workers * training_fen(rules)
    if cost <= money:
        counts[WORKERS_TRAINED] += workers
        money -= cost
        if village.post == POST_ACTIVE:
            village.trained_month = month
            village.skill = max(skill_after_course(rules), village.skill)
        else:
            village.post = POST_TRAINING
            village.post_month = month
    return money


@kernel
def course_offered(month: Whole, village: np.record, rules: np.recarray) -> Truth:
    """True if a designated worker gets a first course this month, or an active one is due for a refresher."""
    if village.post == POST_DESIGNATED:
        if month == rules[0].mass_training_month:
            return True
        chance = 1.0 / max(rules[0].designated_training_months, 1.0)
        return happens(draw(village.key, TRAINED, month, 0), chance)
    interval = rules[0].refresher_interval_months
    return interval > 0.0 and month - village.trained_month >= interval


@kernel
def skill_after_course(rules: np.recarray) -> float:
    """Skill (a share) after a course, equation (13): a short one brings less, a long one up to half more."""
    days = rules[0].training_days / max(rules[0].training_reference_days, 1.0)
    gain = (rules[0].skill_trained - rules[0].skill_untrained) * min(days, LONGEST_COURSE)
    return min(rules[0].skill_untrained + max(gain, 0.0), 1.0)


@kernel
def hire(month: Whole, village: np.record, state: Whole, county: np.record, rules: np.recarray) -> None:
    """Put a new person into a post."""
    village.post = state
    village.post_month = month
    village.hired_month = month
    village.trained_month = NO_MONTH
    if village.start_month == NO_MONTH:
        village.start_month = month
    village.dedicated = is_dedicated(month, village, county, rules)
    is_local = happens(draw(village.key, LOCAL_WORKER, month, 0), rules[0].local_worker_share)
    village.local = 1 if is_local else 0
    village.skill = rules[0].skill_untrained
    village.motivation = 1.0


@kernel
def empty_post(month: Whole, village: np.record, state: Whole) -> None:
    """Leave a post without a worker, in the given state."""
    village.post = state
    village.post_month = month
    village.hired_month = NO_MONTH
    village.trained_month = NO_MONTH
    village.skill = 0.0
    village.motivation = 0.0
    village.supervision = 0.0


@kernel
def is_dedicated(month: Whole, village: np.record, county: np.record, rules: np.recarray) -> Whole:
    """1 for a full post, 0 for a part-time one: a draw per village, compared with the share of the stage."""
    if made_part_time(month, village, rules):
        return 0
    if county.stage == STAGE_UNIVERSAL:
        share = rules[0].part_time_posts_share
    else:
        share = rules[0].part_time_pilot_posts_share
    return 0 if happens(draw(village.key, PART_TIME, 0, 0), share) else 1


@kernel
def made_part_time(month: Whole, village: np.record, rules: np.recarray) -> Truth:
    """True for pilot villages whose county keeps the post as a part-time one after the project's money."""
    if village.pilot == 0 or rules[0].pilot_after_money != PILOT_PART_TIME:
        return False
    return pilot_ended(month, rules)


@kernel
def designates(village: np.record, county: np.record, rules: np.recarray) -> Truth:
    """True where a village cadre takes the post at once, untrained."""
    if county.stage != STAGE_UNIVERSAL:
        return False
    return happens(draw(village.key, DESIGNATED, 0, 0), rules[0].designated_share)


@kernel
def workers_of(village: np.record, rules: np.recarray) -> Whole:
    """Workers of a post: two in a village with at least ``second_worker_from_children`` child slots."""
    return LARGE_VILLAGE_WORKERS if village.n_slots >= rules[0].second_worker_from_children else 1


@kernel
def pay_due(month: Whole, village: np.record, county: np.record, rules: np.recarray) -> Whole:
    """Pay that a funded post may cost this month, in fen; an empty one counts as if it were filled."""
    dedicated = is_dedicated(month, village, county, rules)
    if FIRST_FILLED <= village.post <= LAST_FILLED:
        dedicated = max(village.dedicated, dedicated)  # the worker may be replaced this month
    return post_month_fen(dedicated, workers_of(village, rules), rules)


@kernel
def elections_held(month: Whole, county: np.record, rules: np.recarray) -> Truth:
    """True in the month of village elections; then the next ones are dated by the term now in force."""
    if month < county.next_election:
        return False
    held = month == county.next_election
    county.next_election = month + max(int(rules[0].election_interval_months), 1)
    return held


@kernel
def supervision_share(township: np.record, rules: np.recarray) -> float:
    """Share of the norm of supervision that each post of a township receives, 0–1; equation (15)."""
    norm = rules[0].supervision_hours_per_post * MINUTES_PER_HOUR * township.n_posts
    return min(township.supervisor_minutes / norm, 1.0) if norm > 0.0 else 1.0


@kernel
def leaving_hazard(rules: np.recarray) -> float:
    """Monthly hazard of leaving of a supervised, paid, not overloaded worker: equation (16) without Π."""
    return -math.log1p(-min(rules[0].turnover_per_year, 1.0 - LEAST)) / 12


@kernel
def leaving_probability(village: np.record, supervision: float, hazard: float, rules: np.recarray) -> float:
    """Probability that the worker leaves this month, equation (16).

    Each multiplier acts in full where its cause is full (no supervision; visits that ask for twice the hours
    there are; half a year of backlog; no pay), linearly below. Pay counts per full-time equivalent.
    """
    hazard *= 1.0 + (rules[0].turnover_unsupervised_multiplier - 1.0) * (1.0 - supervision)
    hazard *= 1.0 + (rules[0].turnover_overload_multiplier - 1.0) * overload_share(village, rules)
    backlog = min(backlog_months(village) / QUEUE_SCALE_MONTHS, 1.0)
    hazard *= 1.0 + (rules[0].turnover_queue_multiplier - 1.0) * backlog
    pay = rules[0].pay_dedicated_yuan_per_month
    if village.dedicated == 0:
        pay = rules[0].pay_part_time_yuan_per_month / max(rules[0].part_time_share_of_hours, LEAST)
    missing = max(1.0 - pay / max(rules[0].adequate_pay_yuan_per_month, LEAST), 0.0)
    hazard *= 1.0 + (rules[0].turnover_low_pay_multiplier - 1.0) * missing
    return -math.expm1(-hazard)


@kernel
def overload_share(village: np.record, rules: np.recarray) -> float:
    """Hours that follow-ups of listed children ask for, beyond those the worker has; 0–1 of the latter."""
    if village.listed == 0 or village.worker_minutes == 0:
        return 0.0
    hours = rules[0].visit_hours + rules[0].travel_hours
    asked = village.listed * rules[0].visits_listed_per_year / 12 * hours * MINUTES_PER_HOUR
    return min(max(asked / village.worker_minutes - 1.0, 0.0), 1.0)


@kernel
def backlog_months(village: np.record) -> float:
    """Months of work that the worker's open cases stand for at the pace at which they are served."""
    if village.open_cases <= 0:
        return 0.0
    return min(village.open_cases / max(village.served_recently, LEAST), LONGEST_BACKLOG_MONTHS)


@kernel
def update_motivation(village: np.record, rules: np.recarray) -> None:
    """Move a worker's motivation towards what the backlog leaves of it, equation (17)."""
    if rules[0].motivation_changes == 0.0:
        village.motivation = 1.0
        return
    backlog = backlog_months(village) / max(rules[0].motivation_backlog_scale_months, LEAST)
    target = 1.0 / (1.0 + rules[0].motivation_backlog_slope * backlog)
    village.motivation += rules[0].motivation_rate * (target - village.motivation)


@kernel
def count_posts(
    month: Whole,
    c: Whole,
    counties: np.recarray,
    townships: np.recarray,
    villages: np.recarray,
    rank: np.ndarray,
    counts: np.ndarray,
    rules: np.recarray,
) -> None:
    """Recount the posts of the county and its townships, pay the workers and set their minutes."""
    county = counties[c]
    for t in range(county.first_township, county.first_township + county.n_townships):
        townships[t].n_posts = 0
    n_posts = 0
    n_active = 0
    n_started = 0
    shared = villages_per_post(rules)
    for k in range(county.n_opened):
        village = villages[rank[county.first_village + k]]
        village.worker_minutes = 0
        n_started += village.start_month != NO_MONTH and village.post != POST_WANTED
        if not FIRST_FILLED <= village.post <= LAST_FILLED:
            continue
        n_posts += 1
        n_active += village.post == POST_ACTIVE
        townships[village.township].n_posts += 1
        workers = workers_of(village, rules)
        counts[DEDICATED_MONTHS if village.dedicated == 1 else PART_TIME_MONTHS] += workers
        if village.post == POST_TRAINING and village.hired_month == village.post_month:
            continue  # trained before the work starts
        hours = rules[0].worker_hours_dedicated
        if village.dedicated == 0:
            hours *= rules[0].part_time_share_of_hours
        if village.trained_month == month or village.post == POST_TRAINING:
            hours -= rules[0].training_days * HOURS_PER_TRAINING_DAY
        village.worker_minutes = np.int64(math.floor(max(hours, 0.0) * MINUTES_PER_HOUR)) * workers // shared
    county.n_posts = n_posts
    county.n_active = n_active
    county.n_started = n_started


@kernel
def supervise(
    county: np.record, townships: np.recarray, money: Whole, counts: np.ndarray, rules: np.recarray
) -> None:
    """Set the supervisors' minutes for next month in each township, up to the norm and while there is money.

    A township with posts has one supervisor, more where posts exceed ``posts_per_supervisor``; each gives
    ``supervisor_child_share`` of the working hours to child work.
    """
    minute_fen = fen(rules[0].supervision_yuan_per_hour)
    norm = rules[0].supervision_hours_per_post * MINUTES_PER_HOUR
    each = rules[0].hours_per_fte * MINUTES_PER_HOUR * rules[0].supervisor_child_share * rules[0].supervision
    for t in range(county.first_township, county.first_township + county.n_townships):
        posts = townships[t].n_posts
        supervisors = max(posts / max(rules[0].posts_per_supervisor, 1.0), 1.0) if posts > 0 else 0.0
        minutes = np.int64(math.floor(min(supervisors * each, posts * norm)))
        cost = divided_up(minutes * minute_fen, MINUTES_PER_HOUR)
        if cost > money:
            minutes = np.int64(0)
            cost = np.int64(0)
        money -= cost
        townships[t].supervisor_minutes = minutes
        counts[SUPERVISION_MINUTES] += minutes
