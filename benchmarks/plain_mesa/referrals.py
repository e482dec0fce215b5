"""From found to filed: papers are gathered, alone or with the worker, until a request stands at a desk."""

from types import SimpleNamespace
from typing import TYPE_CHECKING

from benchmarks.plain_mesa.child import GATHERING, IDLE, OPEN, Child
from benchmarks.plain_mesa.county import Request
from columns.layout import FILED_ALONE, FILED_HELPED, GATHERING_HELPED, GAVE_UP, SERVED
from model.codes import DESK_COUNTY, FIFO, MINUTES_PER_HOUR, NEED_FIRST
from model.stationary import HUKOU

if TYPE_CHECKING:
    from benchmarks.plain_mesa.county import County

NO_HELP, WITH_PAPERS, GOES_ALONG = range(3)
FIRST_CLASS, LAST_CLASS = 0, 3
DAMP = 1e-9


def file_referrals(county: "County") -> None:
    """The county's month at the kitchen tables; what is filed joins the queue in the order of hashes."""
    filed: list[Request] = []
    cases, county.gathering = county.gathering, []
    kept = []
    position = 0
    while position < len(cases):
        child, number = spell = cases[position]
        position += 1
        need = child.needs[number]
        if need.state not in GATHERING:
            continue
        outcome = gather(child, number)
        if outcome is not None:
            accompanied = outcome == GOES_ALONG
            filed.append(Request(child, number, priority_of(child, number), accompanied=accompanied))
        elif need.state == GAVE_UP:
            county.idle.append(spell)
        else:
            kept.append(spell)
        cases += county.gathering  # a missing document that the worker takes in hand is met this month too
        county.gathering = []
    county.gathering = kept
    filed += reviews_due(county)
    draws, month = county.model.draws, county.model.month
    filed.sort(key=lambda r: draws.bits(r.child.key, "case.order_within_month", month, r.service))
    county.queue += filed


def gather(child: Child, number: int) -> int | None:
    """One month of gathering papers; return the help that went along with the filing, None if none."""
    model, village, service = child.model, child.village, child.model.services[number]
    rules, helped = model.rules, child.needs[number].state == GATHERING_HELPED
    pace, help_given = pace_of(child, service, helped)
    linked = rules.automatic_link and helped and service.status
    u = child.uniform("child.papers_complete_or_dropped", number)
    if u >= pace and not linked:
        if u < pace + (1.0 - pace) * drop_of(child, helped):
            child.move(number, GAVE_UP, "gave_up")
            if helped:
                child.household.remember(good=False)
        return None
    if is_blocked(child, service.hard_prerequisite, helped):
        return None
    if helped:
        is_blocked(child, service.soft_prerequisite, helped)
        if help_given >= WITH_PAPERS:
            village.paper_minutes -= rules.papers_hours * MINUTES_PER_HOUR
        if help_given == GOES_ALONG:
            village.paper_minutes -= rules.accompany_hours * MINUTES_PER_HOUR
    file_case(child, number, helped)
    village.county.counters["trips"] += 2 if service.desk == DESK_COUNTY else 1
    return help_given


def pace_of(child: Child, service: SimpleNamespace, helped: bool) -> tuple[float, int]:
    """Chance that the papers are complete this month, and how the worker helps."""
    rules, village, worker = child.model.rules, child.village, child.village.worker
    if service.number == HUKOU:
        alone = rules.hukou_barrier_clearance_per_month
    else:
        alone = service.gathering_alone_per_month
    pace, help_given = alone, NO_HELP
    if helped:
        pace = alone * rules.information_multiplier
        attended = child.happens(village.paper_share, "case.worker_attends", service.number)
        if attended and village.paper_minutes >= rules.papers_hours * MINUTES_PER_HOUR:
            pace, help_given = max(pace, alone * rules.assistance_multiplier), WITH_PAPERS
            if village.paper_minutes >= (rules.papers_hours + rules.accompany_hours) * MINUTES_PER_HOUR:
                help_given = GOES_ALONG
                if service.number != HUKOU:
                    pace = max(pace, service.gathering_helped_per_month)
            if worker.hired_month is not None and child.model.month - worker.hired_month >= 12:
                odds = rules.experience_odds_ratio * pace / max(1.0 - pace, DAMP)
                pace = odds / (1.0 + odds)
    if child.household.migrant:
        pace *= 1.0 - rules.portability_penalty
    return min(pace, 1.0), help_given


def drop_of(child: Child, helped: bool) -> float:
    """Chance that a family gives up gathering papers this month."""
    rules = child.model.rules
    drop = rules.drop_out_per_month
    if child.household.poor:
        drop *= rules.drop_out_poor_multiplier
    if child.village.remote:
        drop *= rules.drop_out_remote_multiplier
    if helped:
        drop *= rules.drop_out_helped_multiplier
    if child.receives_cash():
        drop *= child.model.cash_drop_out
    return drop


def is_blocked(child: Child, document: int, helped: bool) -> bool:
    """Whether a document is missing; the worker who meets this takes it in hand first."""
    if not child.model.rules.documents_chain or not child.has_open(document):
        return False
    need = child.needs[document]
    dropped_now = need.state == GAVE_UP and need.since == child.model.month
    if helped and need.state in IDLE and not dropped_now:
        child.move(document, GATHERING_HELPED)
        child.village.county.gathering.append((child, document))
    return True


def file_case(child: Child, number: int, helped: bool) -> None:
    """The request is filed."""
    need = child.needs[number]
    if helped:
        child.move(number, FILED_HELPED, "filed_helped")
        if not need.helped:
            child.count(number, "filed_helped_first")
        need.helped = True
    else:
        child.move(number, FILED_ALONE, "filed_alone")
    if need.cohort and not need.filed:
        child.count(number, "cohort_filed")
    need.filed = True


def priority_of(child: Child, number: int) -> int:
    """Priority class under the discipline in force, 0 first."""
    rules = child.model.rules
    if rules.discipline == FIFO:
        return FIRST_CLASS
    if rules.discipline == NEED_FIRST:
        n_open = sum(need.state in OPEN for need in child.needs)
        return max(LAST_CLASS - n_open + 1, FIRST_CLASS)
    if child.unattended or child.disabled:
        return FIRST_CLASS
    return min(child.model.services[number].priority_class, LAST_CLASS)


def reviews_due(county: "County") -> list[Request]:
    """Allowances that come up for review in the villages whose month it is."""
    model = county.model
    priority = FIRST_CLASS if model.rules.discipline == FIFO else LAST_CLASS
    requests = []
    for service in model.services:
        interval = service.review_interval_months
        if not service.status or not interval:
            continue
        for village in county.villages:
            if (model.month - village.review_month) % interval:
                continue
            for child in village.children():
                need = child.needs[service.number]
                if need.state == SERVED and not need.under_review:
                    need.under_review = True
                    requests.append(Request(child, service.number, priority, review=True))
    return requests
