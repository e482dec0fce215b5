"""Posts and workers: what happens to one of them, and what levers do to many."""

import math

import numpy as np
import pytest

from columns.layout import (
    NO_MONTH,
    POST_ACTIVE,
    POST_DESIGNATED,
    POST_NONE,
    POST_RECRUITING,
    POST_TRAINING,
    POST_VACANT,
    POST_WANTED,
    STAGE_PILOT,
    STAGE_UNIVERSAL,
)
from model.money import (
    COUNTERS,
    DEDICATED_MONTHS,
    PART_TIME_MONTHS,
    SUPERVISION_MINUTES,
    UNLIMITED_FEN,
    WORKERS_TRAINED,
)
from model.staffing import staff_posts, update_motivation
from tests.model.spread_help import counties_of, rules_with, villages_of

STEADY = {
    "turnover_per_year": 0.0, "election_turnover_share": 0.0, "recruiting_months": 0, "training_months": 1,
    "designated_share": 1.0, "designated_training_months": 1, "mass_training_month": "never",
    "refresher_interval_months": 0,
}  # fmt: skip
"""Nobody leaves, and nothing that takes time is drawn."""


class Staffed:
    """One county with all its seats in month 0, staffed month by month."""

    def __init__(self, n_villages=400, stage=STAGE_UNIVERSAL, seats=None, seed=1, per_township=10, **values):
        self.rules = rules_with(**{**STEADY, **values})
        self.counties = counties_of(1, n_villages, seed=seed)
        self.townships, self.villages = villages_of(self.counties, per_township, seed)
        self.county = self.counties[0]
        self.counties.stage, self.counties.stage_month = stage, 0
        self.counties.budget, self.counties.posts_funded = UNLIMITED_FEN, n_villages
        self.counties.seats = n_villages if seats is None else seats
        self.rank = np.arange(n_villages, dtype=np.int32)
        self.month = 0
        self.counted = []

    def run(self, months):
        for _ in range(months):
            counters = np.zeros((1, len(COUNTERS)), dtype=np.int64)
            staff_posts(
                self.month, 0, self.counties, self.townships, self.villages, self.rank, counters, self.rules
            )
            self.counties.seats = 0
            self.counted.append(counters[0])
            self.month += 1
        return self

    def states(self):
        return np.bincount(self.villages.post, minlength=7)


@pytest.mark.unit
def test_under_a_mandate_cadres_are_designated_first_and_trained_later():
    county = Staffed(20)
    assert county.run(1).states()[POST_DESIGNATED] == 20
    assert np.all(county.villages.skill == county.rules[0].skill_untrained)
    assert np.all(county.villages.worker_minutes > 0)
    assert county.run(1).states()[POST_TRAINING] == 20
    assert county.counted[1][WORKERS_TRAINED] == 20
    assert np.all(county.villages.worker_minutes > 0)  # they go on working
    assert county.run(1).states()[POST_ACTIVE] == 20
    assert np.all(county.villages.skill == pytest.approx(0.8))
    assert county.county.n_posts == county.county.n_active == county.county.n_started == 20


@pytest.mark.unit
def test_before_a_mandate_a_person_is_found_and_trained_before_the_work_starts():
    county = Staffed(20, stage=STAGE_PILOT)
    assert county.run(1).states()[POST_RECRUITING] == 20
    assert county.county.n_posts == 0
    assert county.run(1).states()[POST_TRAINING] == 20
    assert np.all(county.villages.worker_minutes == 0)
    assert county.counted[1][[DEDICATED_MONTHS, PART_TIME_MONTHS]].sum() == 20  # paid while they learn
    assert county.run(1).states()[POST_ACTIVE] == 20
    assert np.all(county.villages.start_month == 1)
    hours = np.where(county.villages.dedicated == 1, 160, 25.6) - 24  # three days of training this month
    assert county.villages.worker_minutes.tolist() == np.floor(np.maximum(hours, 0) * 60 + 1e-9).tolist()
    county.run(1)
    assert set(county.villages.worker_minutes.tolist()) <= {9600, 1536}


@pytest.mark.unit
def test_posts_open_by_rank_and_no_more_than_seats():
    county = Staffed(30, seats=7)
    county.rank = np.arange(30, dtype=np.int32)[::-1].copy()
    county.run(1)
    assert county.county.seats_used == 7
    assert np.flatnonzero(county.villages.post != POST_NONE).tolist() == list(range(23, 30))
    county.counties.seats = 100
    county.run(1)
    assert county.county.n_opened == 30
    assert county.county.seats_used == 23


@pytest.mark.statistical
def test_recruiting_and_waiting_for_a_course_take_their_mean_times():
    slow = Staffed(4000, stage=STAGE_PILOT, recruiting_months=3).run(41)
    waited = slow.villages.start_month  # the draw begins in month 1
    assert abs(waited.mean() - 3) < 4 * math.sqrt(6 / 4000)
    course = Staffed(4000, designated_training_months=8).run(90)
    trained = course.villages.trained_month[course.villages.post == POST_ACTIVE] - 1
    assert abs(trained.mean() - 8) < 4 * math.sqrt(56 / 4000) + 0.01


@pytest.mark.statistical
def test_the_mass_training_reaches_everybody_who_was_designated():
    county = Staffed(500, designated_training_months=1200, mass_training_month=6).run(6)
    assert county.states()[POST_DESIGNATED] > 480
    county.run(1)
    assert county.states()[POST_DESIGNATED] == 0
    assert county.counted[6][WORKERS_TRAINED] > 480


@pytest.mark.statistical
@pytest.mark.parametrize(("supervision", "yearly"), [(1.0, 0.08), (0.0, 1 - 0.92**2)])
def test_turnover_is_the_stated_one_with_and_without_supervision(supervision, yearly):
    values = {"turnover_per_year": 0.08, "supervision": supervision, "posts_per_supervisor": 6,
              "supervision_hours_per_post": 4, "adequate_pay_yuan_per_month": 300,
              "recruiting_months": 6}  # fmt: skip
    county = Staffed(6000, **values).run(1)
    hired = county.villages.hired_month.copy()
    county.run(12)
    left = (county.villages.hired_month != hired).mean()
    assert abs(left - yearly) < 4 * math.sqrt(yearly * (1 - yearly) / 6000) + 0.002
    assert np.all(county.villages.supervision[county.villages.post == POST_ACTIVE] == supervision)


@pytest.mark.common_numbers
@pytest.mark.parametrize(
    ("lever", "low", "high"),
    [
        ("supervision", 0, 1),
        ("pay_part_time_yuan_per_month", 0, 200),
        ("posts_per_supervisor", 25, 6),
        ("turnover_per_year", 0.2, 0.03),
        ("election_turnover_share", 0.5, 0.1),
        ("turnover_unsupervised_multiplier", 3.9, 1),
    ],
)
def test_levers_keep_workers(lever, low, high):
    left = []
    for value in (low, high):
        values = {"turnover_per_year": 0.15, "posts_per_supervisor": 25, "election_turnover_share": 0.3,
                  "supervision_hours_per_post": 8, lever: value}  # fmt: skip
        county = Staffed(1500, **values)
        county.counties.next_election = 10
        county.run(1)
        first = county.villages.hired_month.copy()
        county.run(24)
        left.append(int((county.villages.hired_month != first).sum()))
    assert left[1] < left[0]


@pytest.mark.unit
def test_load_and_backlog_make_workers_leave():
    def left(**columns):
        county = Staffed(3000, turnover_per_year=0.2).run(4)
        hired = county.villages.hired_month.copy()
        for _ in range(12):
            for name, value in columns.items():
                county.villages[name] = value
            county.run(1)
        return int((county.villages.hired_month != hired).sum())

    quiet = left()
    assert left(listed=60) > quiet
    assert left(open_cases=12, served_recently=1.0) > quiet
    assert left(open_cases=12, served_recently=1000.0) < left(open_cases=12, served_recently=1.0)


@pytest.mark.unit
def test_elections_come_every_third_year_then_every_fifth_and_replace_at_once():
    county = Staffed(2000, election_turnover_share=0.3)
    county.counties.next_election = 5
    replaced = []
    for _ in range(150):
        if county.month == 50:
            county.rules = rules_with(
                **{**STEADY, "election_turnover_share": 0.3, "election_interval_months": 60}
            )
        before = county.villages.hired_month.copy()
        county.run(1)
        replaced.append(int((county.villages.hired_month != before).sum()))
        assert county.county.n_posts == 2000  # the committee names somebody at once
    pulses = [month for month, number in enumerate(replaced) if month and number]
    assert pulses == [5, 41, 77, 137]
    assert all(abs(replaced[month] / 2000 - 0.3) < 4 * math.sqrt(0.21 / 2000) for month in pulses)


@pytest.mark.unit
def test_in_the_pilot_an_election_leaves_a_vacancy():
    county = Staffed(500, stage=STAGE_PILOT, election_turnover_share=0.4, recruiting_months=6)
    county.counties.next_election = 40
    county.run(40)
    assert county.states()[POST_VACANT] == 0
    started = int(county.county.n_started)
    county.run(1)
    assert 150 < county.states()[POST_VACANT] < 250
    assert county.county.n_started >= started >= 495  # a village keeps its post while nobody is in it


@pytest.mark.theory
def test_skill_halves_in_its_half_life_without_supervision_and_stays_with_it():
    gain = 0.8 - 0.3
    alone = Staffed(10, supervision=0, skill_half_life_months=30).run(3 + 30)
    assert alone.villages.skill == pytest.approx(0.3 + gain / 2)
    watched = Staffed(10, posts_per_supervisor=6).run(3 + 30)
    assert watched.villages.skill == pytest.approx(0.8)
    off = Staffed(10, supervision=0, skill_changes=False).run(3 + 30)
    assert off.villages.skill == pytest.approx(0.8)


@pytest.mark.unit
def test_refreshers_restore_skill_and_short_courses_teach_less():
    county = Staffed(10, supervision=0, refresher_interval_months=12).run(2 + 12)
    assert np.all(county.villages.skill < 0.8)
    county.run(1)
    assert county.villages.skill == pytest.approx(0.8)
    assert county.counted[-1][WORKERS_TRAINED] == 10
    for days, skill in ((1, 0.3 + 0.5 / 3), (3, 0.8), (10, 1.0)):
        assert Staffed(10, training_days=days).run(3).villages.skill == pytest.approx(skill)


@pytest.mark.unit
def test_supervisors_share_their_hours_in_the_township():
    county = Staffed(40, per_township=20, posts_per_supervisor=12.5, supervision_hours_per_post=4).run(1)
    minutes = 160 * 60 * 0.3 * 20 / 12.5
    assert county.townships.supervisor_minutes.tolist() == [math.floor(minutes)] * 2
    assert county.counted[0][SUPERVISION_MINUTES] == 2 * math.floor(minutes)
    county.run(1)
    assert county.villages.supervision == pytest.approx(math.floor(minutes) / (20 * 240))
    few = Staffed(5, per_township=5, supervision_hours_per_post=4).run(2)
    assert few.villages.supervision == pytest.approx(1.0)
    assert few.townships.supervisor_minutes[0] == 5 * 240  # no more than the norm


@pytest.mark.unit
def test_cluster_posts_divide_hours_and_pay_and_large_villages_get_two_workers():
    one = Staffed(60, part_time_posts_share=0).run(1)
    three = Staffed(60, part_time_posts_share=0, villages_per_post=3).run(1)
    assert three.villages.worker_minutes.tolist() == (one.villages.worker_minutes // 3).tolist()
    large = Staffed(60, part_time_posts_share=0, second_worker_from_children=500)
    large.villages.n_slots[:10] = 700
    large.run(1)
    assert large.villages.worker_minutes.tolist() == [19200] * 10 + [9600] * 50
    assert large.counted[0][DEDICATED_MONTHS] == 70


@pytest.mark.statistical
def test_shares_of_part_time_and_local_workers():
    county = Staffed(5000, part_time_posts_share=0.95, local_worker_share=0.9).run(1)
    assert abs((county.villages.dedicated == 0).mean() - 0.95) < 4 * math.sqrt(0.0475 / 5000)
    assert abs((county.villages.local == 1).mean() - 0.9) < 4 * math.sqrt(0.09 / 5000)
    fewer = Staffed(5000, part_time_posts_share=0.5).run(1)
    assert np.all(fewer.villages.dedicated >= county.villages.dedicated)  # the same draw, another limit


@pytest.mark.unit
def test_pilot_posts_become_part_time_when_the_project_ends():
    values = {
        "part_time_pilot_posts_share": 0.0,
        "pilot_money_end_month": 4,
        "pilot_after_money": "part_time",
    }
    county = Staffed(30, stage=STAGE_PILOT, **values)
    county.villages.pilot[:12] = 1
    county.run(5)
    assert np.all(county.villages.dedicated == 1)
    county.run(1)
    assert county.villages.dedicated.tolist() == [0] * 12 + [1] * 18


@pytest.mark.unit
def test_posts_without_money_are_wanted_and_come_back():
    county = Staffed(10).run(3)
    county.counties.posts_funded = 4
    county.run(1)
    assert county.states()[POST_ACTIVE] == 4
    assert county.states()[POST_WANTED] == 6
    assert county.villages.worker_minutes[4:].sum() == 0
    assert np.all(county.villages.hired_month[4:] == NO_MONTH)
    assert county.county.n_started == 4
    county.counties.posts_funded = 10
    county.run(2)
    assert county.county.n_posts == 10


@pytest.mark.theory
def test_motivation_follows_the_backlog():
    county = Staffed(3).run(3)
    county.villages.open_cases[:] = (0, 6, 6)
    county.villages.served_recently[:] = (0.0, 1.0, 0.0)
    for _ in range(200):
        for v in range(3):
            update_motivation(county.villages[v], county.rules)
    assert county.villages.motivation == pytest.approx([1.0, 1 / 1.5, 1 / 3])
    first = Staffed(1).run(3)
    first.villages.open_cases, first.villages.served_recently = 6, 1.0
    update_motivation(first.villages[0], first.rules)
    assert first.villages.motivation[0] == pytest.approx(1 + 0.1 * (1 / 1.5 - 1))
    off = Staffed(1, motivation_changes=False).run(3)
    off.villages.open_cases = 50
    update_motivation(off.villages[0], off.rules)
    assert off.villages.motivation[0] == 1.0


@pytest.mark.common_numbers
def test_a_worker_of_one_village_changes_nothing_in_another():
    plain, touched = Staffed(200, turnover_per_year=0.15), Staffed(200, turnover_per_year=0.15)
    plain.run(3)
    touched.run(3)
    touched.villages.open_cases[50] = 40
    for county in (plain, touched):
        county.run(30)
    same = plain.villages.hired_month == touched.villages.hired_month
    others = plain.villages.township != plain.villages.township[50]  # they share no supervisor
    assert np.all(same[others])
