"""A county's month of posts: which are paid, opened, filled and supervised; and of child-friendly spaces."""

import math
from typing import TYPE_CHECKING

from benchmarks.plain_mesa.money import divided_up, fen
from columns.layout import POST_RECRUITING, POST_WANTED
from model.codes import MINUTES_PER_HOUR

if TYPE_CHECKING:
    from benchmarks.plain_mesa.county import County, Township
    from benchmarks.plain_mesa.village import Village


def staff_posts(county: "County") -> None:
    """Pay comes first, by rank; training, new posts and supervision have the rest."""
    model = county.model
    rules, prices = model.rules, model.prices
    election = elections_held(county)
    money = prices.post_part(county)
    opened = county.by_rank[: county.n_opened]
    funded: list[Village] = []
    for village in opened[: max(county.posts_funded, 0)]:
        cost = village.worker.pay_due_fen()
        if cost > money:
            break
        money -= cost
        funded.append(village)
    supervision = {township: received_share(township) for township in county.townships}
    for village in opened[len(funded) :]:
        county.counters["posts_unfunded"] += 1
        if village.worker.post != POST_WANTED:
            village.worker.empty(POST_WANTED)
    for village in funded:
        worker = village.worker
        if worker.post == POST_WANTED:
            worker.empty(POST_RECRUITING)
        if worker.is_filled():
            money = worker.keep(supervision[village.township], election, money)
        else:
            money = worker.seek(money)
    if len(funded) == len(opened):
        money = open_posts(county, money)
    count_work(county)
    minute = fen(rules.supervision_yuan_per_hour)
    for township in county.townships:
        minutes = supervisor_minutes(township)
        cost = divided_up(minutes * minute, MINUTES_PER_HOUR)
        if cost > money:
            minutes = cost = 0
        money -= cost
        township.supervisor_minutes = minutes
        county.counters["supervision_minutes"] += minutes


def elections_held(county: "County") -> bool:
    """Whether villages vote this month; then the next elections are dated."""
    month = county.model.month
    if month < county.next_election:
        return False
    held = month == county.next_election
    county.next_election = month + max(int(county.model.rules.election_interval_months), 1)
    return held


def open_posts(county: "County", money: int) -> int:
    """Open posts in the next villages by rank, one seat each, while there is money; return what is left."""
    rules = county.model.rules
    room = county.by_rank[county.n_opened :][: max(county.seats, 0)]
    opened = 0
    for village in room:
        cost = fen(rules.post_opening_yuan) + village.worker.pay_due_fen()
        if cost > money:
            county.counters["posts_unfunded"] += len(room) - opened
            break
        money -= cost
        opened += 1
        village.worker.open()
    county.counters["posts_opened"] += opened
    county.n_opened += opened
    county.seats_used = opened
    return money


def count_work(county: "County") -> None:
    """Set the workers' minutes and count the months of work to be paid."""
    for township in county.townships:
        township.n_posts = 0
    for village in county.by_rank[: county.n_opened]:
        worker = village.worker
        worker.set_minutes()
        if worker.is_filled():
            village.township.n_posts += 1
            kind = "dedicated_months" if worker.dedicated else "part_time_months"
            county.counters[kind] += worker.n_workers()


def received_share(township: "Township") -> float:
    """Share of the norm of supervision that each post of a township receives."""
    norm = township.model.rules.supervision_hours_per_post * MINUTES_PER_HOUR * township.n_posts
    return min(township.supervisor_minutes / norm, 1.0) if norm > 0.0 else 1.0


def supervisor_minutes(township: "Township") -> int:
    """Minutes that the supervisors of a township have for its posts next month, up to the norm."""
    rules, posts = township.model.rules, township.n_posts
    each = rules.hours_per_fte * MINUTES_PER_HOUR * rules.supervisor_child_share * rules.supervision
    supervisors = max(posts / max(rules.posts_per_supervisor, 1.0), 1.0) if posts > 0 else 0.0
    norm = rules.supervision_hours_per_post * MINUTES_PER_HOUR
    return math.floor(min(supervisors * each, posts * norm))


def open_spaces(county: "County") -> None:
    """Spaces open until the county's goal is reached, while there is money for them."""
    model, rules = county.model, county.model.rules
    opening, running = fen(rules.space_opening_yuan), fen(rules.space_running_yuan_per_month)
    goal = int(rules.spaces_goal_share * len(county.villages))
    n_spaces = sum(village.space_month is not None for village in county.villages)
    money = model.prices.space_part(county) - n_spaces * running
    for village in county.villages:
        if village.space_month is not None or not village.opens_space(n_spaces < goal):
            continue
        if money >= opening + running:
            money -= opening + running
            village.space_month = model.month
            n_spaces += 1
            county.counters["spaces_opened"] += 1
    county.counters["space_months"] += n_spaces
