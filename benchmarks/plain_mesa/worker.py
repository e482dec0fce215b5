"""The post of a village and the person in it: hired, trained, supervised, worn down, gone."""

import math
from typing import TYPE_CHECKING, Any

import mesa

from benchmarks.plain_mesa.draws import ALWAYS, below
from columns.layout import (
    FILED_HELPED,
    GATHERING_HELPED,
    POST_ACTIVE,
    POST_DESIGNATED,
    POST_NONE,
    POST_RECRUITING,
    POST_TRAINING,
    POST_VACANT,
    POST_WANTED,
    STAGE_UNIVERSAL,
)
from model.codes import MINUTES_PER_HOUR, PILOT_PART_TIME

if TYPE_CHECKING:
    from benchmarks.plain_mesa.village import Village

FILLED = frozenset((POST_DESIGNATED, POST_TRAINING, POST_ACTIVE))
LARGE_VILLAGE_WORKERS = 2
HOURS_PER_TRAINING_DAY = 8
LONGEST_COURSE = 1.5
BACKLOG_IN_FULL_MONTHS, LONGEST_BACKLOG_MONTHS = 6.0, 24.0
LEAST = 1e-9


class Worker(mesa.Agent):
    """The one who works in a village; as long as nobody does, the open post."""

    def __init__(self, model: Any, village: "Village") -> None:
        super().__init__(model)
        self.village = village
        self.post = POST_NONE
        self.post_month: int | None = None
        self.start_month: int | None = None
        self.hired_month: int | None = None
        self.trained_month: int | None = None
        self.local = self.dedicated = False
        self.skill = self.motivation = self.supervision = 0.0
        self.minutes = 0
        self.designation = model.draws.top(village.key, "post.designated", ALWAYS)
        self.part_time = model.draws.top(village.key, "post.part_time", ALWAYS)

    def is_active(self) -> bool:
        """Trained and at work."""
        return self.post == POST_ACTIVE

    def is_filled(self) -> bool:
        """Somebody holds the post."""
        return self.post in FILLED

    works = is_filled

    def n_workers(self) -> int:
        """Two in a large village, one in others."""
        large = self.village.n_slots >= self.model.rules.second_worker_from_children
        return LARGE_VILLAGE_WORKERS if large else 1

    # Coming and going.

    def empty(self, post: int) -> None:
        """Leave the post without a person, in a state."""
        self.post, self.post_month = post, self.model.month
        self.hired_month = self.trained_month = None
        self.skill = self.motivation = self.supervision = 0.0

    def hire(self, post: int) -> None:
        """A new person comes."""
        month = self.model.month
        self.post, self.post_month, self.hired_month, self.trained_month = post, month, month, None
        if self.start_month is None:
            self.start_month = month
        self.dedicated = self.would_be_dedicated()
        self.local = self.village.happens(self.model.rules.local_worker_share, "worker.local")
        self.skill = self.model.rules.skill_untrained
        self.motivation = 1.0

    def would_be_dedicated(self) -> bool:
        """Whether a person hired today works full time."""
        rules = self.model.rules
        if self.is_cut_down():
            return False
        universal = self.village.county.stage == STAGE_UNIVERSAL
        share = rules.part_time_posts_share if universal else rules.part_time_pilot_posts_share
        return not below(self.part_time, share)

    def is_cut_down(self) -> bool:
        """Whether the pilot's money has ended and the county keeps the post as a part-time one."""
        part_time = self.model.rules.pilot_after_money == PILOT_PART_TIME
        return self.village.pilot and part_time and self.model.pilot_ended()

    def is_designated(self) -> bool:
        """Whether a village cadre takes the post at once, untrained."""
        universal = self.village.county.stage == STAGE_UNIVERSAL
        return universal and below(self.designation, self.model.rules.designated_share)

    def pay_due_fen(self) -> int:
        """Pay that the post may cost this month; an empty one counts as filled."""
        dedicated = self.would_be_dedicated() or (self.is_filled() and self.dedicated)
        return self.model.prices.post_month(dedicated, self.n_workers())

    def open(self) -> None:
        """The post is opened."""
        if self.is_designated():
            self.hire(POST_DESIGNATED)
        else:
            self.empty(POST_RECRUITING)

    def seek(self, money: int) -> int:
        """Look for somebody; return the money left."""
        model = self.model
        if not self.village.happens(1.0 / max(model.rules.recruiting_months, 1.0), "post.recruited"):
            return money
        if self.is_designated():
            self.hire(POST_DESIGNATED)
            return money
        cost = self.n_workers() * model.prices.training()
        if cost > money:
            return money
        self.village.county.counters["workers_trained"] += self.n_workers()
        self.hire(POST_TRAINING)
        return money - cost

    def keep(self, supervision: float, election: bool, money: int) -> int:
        """One month of a filled post; return the money left."""
        rules, month, village = self.model.rules, self.model.month, self.village
        self.supervision = supervision
        if self.is_cut_down():
            self.dedicated = False
        if election and village.happens(rules.election_turnover_share, "worker.election"):
            self.empty(POST_VACANT)
            if self.is_designated():
                self.hire(POST_DESIGNATED)
            return money
        if village.happens(self.leaving_probability(), "worker.leaves"):
            self.empty(POST_VACANT)
            return money
        if self.post == POST_TRAINING:
            assert self.post_month is not None
            if month - self.post_month >= rules.training_months:
                self.post, self.post_month = POST_ACTIVE, month
                self.pass_course()
            return money
        if self.is_active() and rules.skill_changes:
            lost = (1.0 - supervision) / max(rules.skill_half_life_months, 1.0)
            floor = min(rules.skill_untrained, self.skill)
            self.skill = floor + (self.skill - floor) * math.pow(2.0, -lost)
        cost = self.n_workers() * self.model.prices.training()
        if self.is_offered_course() and cost <= money:
            village.county.counters["workers_trained"] += self.n_workers()
            money -= cost
            if self.is_active():
                self.pass_course()
            else:
                self.post, self.post_month = POST_TRAINING, month
        return money

    def is_offered_course(self) -> bool:
        """Whether there is a first course for the untrained, or a refresher is due."""
        rules, month = self.model.rules, self.model.month
        if self.post == POST_DESIGNATED:
            if month == rules.mass_training_month:
                return True
            return self.village.happens(1.0 / max(rules.designated_training_months, 1.0), "post.trained")
        trained = -1 if self.trained_month is None else self.trained_month
        return rules.refresher_interval_months > 0.0 and month - trained >= rules.refresher_interval_months

    def pass_course(self) -> None:
        """Finish a course or a refresher."""
        rules = self.model.rules
        self.trained_month = self.model.month
        days = rules.training_days / max(rules.training_reference_days, 1.0)
        gain = (rules.skill_trained - rules.skill_untrained) * min(days, LONGEST_COURSE)
        self.skill = max(min(rules.skill_untrained + max(gain, 0.0), 1.0), self.skill)

    def leaving_probability(self) -> float:
        """Chance of leaving this month: more without supervision, hours, progress or pay."""
        rules = self.model.rules
        hazard = -math.log1p(-min(rules.turnover_per_year, 1.0 - LEAST)) / 12
        hazard *= 1.0 + (rules.turnover_unsupervised_multiplier - 1.0) * (1.0 - self.supervision)
        hazard *= 1.0 + (rules.turnover_overload_multiplier - 1.0) * self.overload()
        waiting = min(self.backlog_months() / BACKLOG_IN_FULL_MONTHS, 1.0)
        hazard *= 1.0 + (rules.turnover_queue_multiplier - 1.0) * waiting
        pay = rules.pay_dedicated_yuan_per_month
        if not self.dedicated:
            pay = rules.pay_part_time_yuan_per_month / max(rules.part_time_share_of_hours, LEAST)
        missing = max(1.0 - pay / max(rules.adequate_pay_yuan_per_month, LEAST), 0.0)
        hazard *= 1.0 + (rules.turnover_low_pay_multiplier - 1.0) * missing
        return -math.expm1(-hazard)

    def overload(self) -> float:
        """Hours that follow-ups ask for beyond those there are, at most as many again."""
        rules = self.model.rules
        listed = sum(home.listed for home in self.village.households)
        if listed == 0 or self.minutes == 0:
            return 0.0
        hours = rules.visit_hours + rules.travel_hours
        asked = listed * rules.visits_listed_per_year / 12 * hours * MINUTES_PER_HOUR
        return min(max(asked / self.minutes - 1.0, 0.0), 1.0)

    def backlog_months(self) -> float:
        """Months until the open cases are served at the present pace."""
        stock = self.village.stock
        cases = stock[GATHERING_HELPED] + stock[FILED_HELPED]
        if cases <= 0:
            return 0.0
        return min(cases / max(self.village.served_recently, LEAST), LONGEST_BACKLOG_MONTHS)

    def learn(self) -> None:
        """Motivation follows how long the cases wait."""
        rules, village = self.model.rules, self.village
        if self.is_active():
            village.served_recently += (
                village.helped_served - village.served_recently
            ) * rules.served_smoothing
            if rules.motivation_changes:
                backlog = self.backlog_months() / max(rules.motivation_backlog_scale_months, LEAST)
                target = 1.0 / (1.0 + rules.motivation_backlog_slope * backlog)
                self.motivation += rules.motivation_rate * (target - self.motivation)
            else:
                self.motivation = 1.0
        village.helped_served = 0

    def set_minutes(self) -> None:
        """Set the working time of this month."""
        rules = self.model.rules
        self.minutes = 0
        before_start = self.post == POST_TRAINING and self.hired_month == self.post_month
        if not self.is_filled() or before_start:
            return
        hours = rules.worker_hours_dedicated
        if not self.dedicated:
            hours *= rules.part_time_share_of_hours
        if self.trained_month == self.model.month or self.post == POST_TRAINING:
            hours -= rules.training_days * HOURS_PER_TRAINING_DAY
        whole = math.floor(max(hours, 0.0) * MINUTES_PER_HOUR)
        self.minutes = whole * self.n_workers() // self.model.prices.villages_per_post()

    def is_paid_for(self) -> bool:
        """The post was filled once and is still funded."""
        return self.start_month is not None and self.post != POST_WANTED
