"""The one registry of random streams: a dotted name per decision, and what it decides.

A stream is used for one purpose only. Its constant is derived from its name, so adding or reordering
streams changes no other draw. Kernels take constants at import: ``ADOPTS = stream("county.adopts")``.
"""

import hashlib

import numpy as np

STREAMS = {
    "village.size": "relative number of children of a village (geography, not seeded)",
    "village.remoteness": "hours to the township among the villages of a county (geography, not seeded)",
    "village.poverty": "poverty of a village within its county (geography, not seeded)",
    "village.minority": "minority share of a village within its county (geography, not seeded)",
    "village.left_behind": "share of left-behind children within its county (geography, not seeded)",
    "village.migrant": "share of migrants in a community within its county (geography, not seeded)",
    "township.remoteness": "hours to the county seat among the townships of a county (geography, not seeded)",
    "sector.births_phase": "in which month a fraction of a birth becomes a child (geography, not seeded)",
    "household.slots": "number of child slots of a household",
    "household.wealth": "wealth percentile of a household",
    "household.minority": "whether a household belongs to a minority",
    "household.migrant": "whether a household in an urban community has migrated there",
    "household.hiv": "whether a household is affected by HIV",
    "household.caregiver": "who looks after the children at the start",
    "household.coping": "whether the caregiver copes at the start",
    "child.initial_need": "whether and how far a need exists at the start, at birth or at an age limit",
    "child.clock": "months until the next candidate event",
    "child.spell_clock": "months in which an open need may be sought, end or make the family ask for a visit",
    "county.propensity": "how readily a county takes up new things: epsilon of the adoption hazard",
    "county.adopts": "whether a county adopts by itself this month",
    "county.mandated": "whether a county carries out the mandate this month",
    "county.staged_lag": "months a county takes for its own plan in the staged chain",
    "county.election": "month of the first village elections of a county",
    "prefecture.staged_lag": "months a prefecture takes for its plan in the staged chain",
    "province.lag": "a province's own delay after the mandate",
    "province.staged_lag": "months a province takes for its opinion in the staged chain",
    "seats.rounded": "rounding of the number of training seats of a month",
    "seats.province_tie": "which of equal provinces gets the last seat",
    "seats.county_tie": "which of equal counties gets the last seat",
    "wave.county": "which counties a dated wave reaches, where it does not name them",
    "order.county": "order of counties that a rollout order leaves equal",
    "order.first_village": "where a county begins whose villages follow their neighbours",
    "order.village": "order of villages that a rollout order leaves equal",
    "posts.filled": "rounding of the number of posts filled in a county whose posts are only counted",
    "post.recruited": "whether somebody is found for an open post this month",
    "post.designated": "whether a post under the mandate is filled by a cadre at once",
    "post.trained": "whether a designated worker gets a place in a course this month",
    "post.part_time": "whether a post is part-time",
    "worker.local": "whether a worker is local and speaks the language",
    "worker.leaves": "whether a worker leaves the post this month",
    "worker.election": "whether a worker is replaced after village elections",
    "household.poor": "whether a household is poor",
    "child.sex": "sex of a child",
    "child.disability": "whether a child is disabled",
    "child.unattended_at_entry": "whether a child is an orphan or unattended when it comes",
    "child.hiv": "whether a child of an affected household is affected itself",
    "child.born_without_papers": "whether a child is born without hukou, and without certificate",
    "child.slot_at_start": "which slots of a village are occupied at the start, and in which order of ages",
    "sector.age_order": "where the sequence of ages of a sector begins",
    "sector.moves_away": "which child moves away",
    "sector.arrival_age": "age of a child that moves in",
    "child.event_kind": "which kind of event a candidate is",
    "child.seeks_or_ends": "whether an open need ends, is sought or taken up again, or a visit asked for",
    "child.need_is_found": "whether a visit notices a need",
    "child.papers_complete_or_dropped": "whether papers are complete this month, or the family gives up",
    "household.new_carer": "who looks after the children when a parent leaves",
    "household.strain_is_relieved": "whether a visit helps a strained caregiver",
    "household.accepts_help": "whether a family agrees to a referral",
    "village.visit_rounding": "rounding of the month's visits to a whole number",
    "village.review_month": "month of the year in which a village's allowances are reviewed",
    "village.space_opens": "whether a child-friendly space opens",
    "village.space_at_start": "whether a pilot village begins with a space",
    "case.order_within_month": "order of cases filed in the same month",
    "case.gives_up_waiting": "whether a waiting family gives up",
    "case.worker_attends": "whether a worker has time for a case this month",
    "case.decision": "whether a case is refused, not eligible or granted",
    "case.review": "whether an allowance lapses at its review",
    "desk.rounding": "rounding of a desk's minutes to whole cases",
    "desk.reserved": "rounding of the cases of a desk that are kept for remote and disabled children",
    "county.shock": "which counties a shock hits",
    "child.shock": "which children need support after a shock",
    "child.event": "whether the event of a candidate takes place",
}


def stream(name: str) -> np.uint64:
    """Return the uint64 constant of a registered stream; an unregistered name is a KeyError."""
    if name not in STREAMS:
        raise KeyError(f"random stream {name!r} is not in columns.streams.STREAMS")
    return np.uint64(int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little"))
