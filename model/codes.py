"""Numbers that stand for words: what the data files spell out and compiled code compares.

Kernels cannot read text, and all that they import is part of the key of their cache
(:mod:`columns.compiling`), so they do without the modules that read the data files. Words and their numbers
therefore stand here, by themselves, and both sides take them from here.
"""

GROUPS = ("all", "unattended", "poor", "disabled")
"""Whom a service is for."""
GROUP_ALL, GROUP_UNATTENDED, GROUP_POOR, GROUP_DISABLED = range(len(GROUPS))

DESKS = ("township", "county", "village")
"""Where a service is asked for."""
DESK_TOWNSHIP, DESK_COUNTY, DESK_VILLAGE = range(len(DESKS))

OFFICES = ("clinic", "police", "education", "hospital", "civil_affairs", "protection", "village")
"""Whose staff works at a desk; the hours come from ``clinic_fte``, ``police_fte`` … and, in the village,
from the worker and the child-friendly space."""
(
    OFFICE_CLINIC, OFFICE_POLICE, OFFICE_EDUCATION, OFFICE_HOSPITAL,
    OFFICE_CIVIL_AFFAIRS, OFFICE_PROTECTION, OFFICE_VILLAGE,
) = range(len(OFFICES))  # fmt: skip

TRAITS = ("remote", "poor", "minority", "left_behind", "disabled", "unattended", "hiv_affected", "migrant")
"""Order of the multipliers of a service."""
YOUNG = "young"
"""The age group 0–4, which has a multiplier of its own."""
NO_SERVICE = -1

CHOICES = {
    "capacity_mode": ("hard", "elastic"),
    "desk_plan": ("fixed", "dated", "growing", "follow_backlog", "bought"),
    "discipline": ("class", "fifo", "need_first"),
    "pilot_after_money": ("kept", "part_time", "closed"),
    "mandate_form": ("hazard", "staged_chain"),
    "seats_mode": ("calibrated", "trainers"),
    "scope": ("hiv_affected", "vulnerable", "universal"),
    "visit_order": ("risk_first", "round_robin", "requests_first"),
}
"""Parameters that are a choice between words, in the order of their declarations in ``data/parameters``."""
HARD, ELASTIC = range(len(CHOICES["capacity_mode"]))
PLAN_FIXED, PLAN_DATED, PLAN_GROWING, PLAN_FOLLOW, PLAN_BOUGHT = range(len(CHOICES["desk_plan"]))
BY_CLASS, FIFO, NEED_FIRST = range(len(CHOICES["discipline"]))
PILOT_KEPT, PILOT_PART_TIME, PILOT_CLOSED = range(len(CHOICES["pilot_after_money"]))
BY_HAZARD, STAGED_CHAIN = range(len(CHOICES["mandate_form"]))
SEATS_CALIBRATED, SEATS_FROM_TRAINERS = range(len(CHOICES["seats_mode"]))
SCOPE_HIV, SCOPE_VULNERABLE, SCOPE_UNIVERSAL = range(len(CHOICES["scope"]))
RISK_FIRST, ROUND_ROBIN, REQUESTS_FIRST = range(len(CHOICES["visit_order"]))

CHILDHOOD_YEARS = 18
MONTHS_OF_YEAR = 12
CHILDHOOD_MONTHS = MONTHS_OF_YEAR * CHILDHOOD_YEARS
MINUTES_PER_HOUR = 60
LONGEST_OFFSET = MONTHS_OF_YEAR - 1
"""Most months between the start of a run and a village's month of reviews."""
