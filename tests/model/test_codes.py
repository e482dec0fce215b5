"""Numbers that kernels compare are those of the words in the data files and the calendar."""

from typing import get_args

import numpy as np
import pytest

from columns import tallies
from model import codes, month
from model.calendar import LAST_MONTH, is_term_start
from model.declarations import declarations
from model.desks import FIRST_TERM, TERM_LENGTH
from model.needs import TRAIT_BITS, YOUNG_BIT
from model.schedule import COUNTY, NAMES, PHASES
from model.services import Service
from model.stationary import MONTHS_SINCE_TERM

pytestmark = pytest.mark.unit


def test_phases_have_the_numbers_of_their_place_in_the_schedule():
    shared = {name: number for number, name in enumerate(NAMES)}
    assert (shared["apply_policy"], shared["spread_approach"]) == (month.POLICY, month.SPREAD)
    by_county = [number for number, phase in enumerate(PHASES) if phase.where == COUNTY]
    assert by_county == list(range(month.STAFF, month.COSTS))
    assert by_county == [
        month.STAFF, month.AGE, month.ARISE, month.VISIT, month.FILE, month.SERVE, month.LEARN,
    ]  # fmt: skip
    assert (shared["account_costs"], shared["observe"]) == (month.COSTS, month.OBSERVE)
    assert len(PHASES) == month.N_PHASES


def test_choices_stand_in_the_order_of_their_declarations():
    declared = {name: each.choices for name, each in declarations().items() if each.type == "choice"}
    assert declared == codes.CHOICES


@pytest.mark.parametrize(
    ("parameter", "choice", "code"),
    [
        ("capacity_mode", "elastic", codes.ELASTIC),
        ("desk_plan", "dated", codes.PLAN_DATED),
        ("desk_plan", "growing", codes.PLAN_GROWING),
        ("desk_plan", "follow_backlog", codes.PLAN_FOLLOW),
        ("desk_plan", "bought", codes.PLAN_BOUGHT),
        ("discipline", "fifo", codes.FIFO),
        ("discipline", "need_first", codes.NEED_FIRST),
        ("pilot_after_money", "part_time", codes.PILOT_PART_TIME),
        ("pilot_after_money", "closed", codes.PILOT_CLOSED),
        ("mandate_form", "hazard", codes.BY_HAZARD),
        ("mandate_form", "staged_chain", codes.STAGED_CHAIN),
        ("seats_mode", "calibrated", codes.SEATS_CALIBRATED),
        ("seats_mode", "trainers", codes.SEATS_FROM_TRAINERS),
        ("scope", "hiv_affected", codes.SCOPE_HIV),
        ("scope", "vulnerable", codes.SCOPE_VULNERABLE),
        ("scope", "universal", codes.SCOPE_UNIVERSAL),
        ("visit_order", "risk_first", codes.RISK_FIRST),
        ("visit_order", "round_robin", codes.ROUND_ROBIN),
        ("visit_order", "requests_first", codes.REQUESTS_FIRST),
    ],
)
def test_each_constant_has_the_number_of_its_choice(parameter, choice, code):
    assert declarations()[parameter].choices.index(choice) == code


@pytest.mark.parametrize(
    ("field", "words"), [("group", codes.GROUPS), ("desk", codes.DESKS), ("office", codes.OFFICES)]
)
def test_services_may_use_the_words_that_have_a_number(field, words):
    assert get_args(Service.model_fields[field].annotation) == words


def test_traits_of_services_are_groups_of_children():
    bits = dict(zip(codes.TRAITS, TRAIT_BITS, strict=True)) | {codes.YOUNG: YOUNG_BIT}
    flags = {
        "remote": tallies.G_REMOTE,
        "poor": tallies.G_POOR,
        "minority": tallies.G_MINORITY,
        "left_behind": tallies.G_LEFT_BEHIND,
        "disabled": tallies.G_DISABLED,
        "unattended": tallies.G_UNATTENDED,
        "hiv_affected": tallies.G_HIV,
        "migrant": tallies.G_MIGRANT,
        "young": tallies.G_YOUNG,
    }
    assert {name: 1 << bit for name, bit in bits.items()} == flags


def test_school_terms_are_those_of_the_calendar():
    months = np.arange(LAST_MONTH + 1)
    begins = (months - FIRST_TERM) % TERM_LENGTH == 0
    assert begins.tolist() == [is_term_start(int(month)) for month in months]
    assert is_term_start(-MONTHS_SINCE_TERM)
