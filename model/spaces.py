"""Child-friendly spaces: where they open, and what they cost."""

import numpy as np

from columns.compiling import part
from columns.draws import draw, happens
from columns.layout import NO_MONTH
from columns.streams import stream
from model.first_needs import ALWAYS
from model.money import SPACE_MONTHS, SPACES_OPENED, fen, space_envelope

OPENS = stream("village.space_opens")
AT_START = stream("village.space_at_start")


@part
def open_spaces(state, tables, c, month):
    """Pilot villages begin with a space, others get one until the county's goal is reached: equation (44).

    With a binding budget a space opens only while the county's part for spaces covers opening and running.
    """
    county, rules = state.counties[c], tables.rules[0]
    opening, running = fen(rules.space_opening_yuan), fen(rules.space_running_yuan_per_month)
    money = space_envelope(county, tables.rules)
    goal = np.int64(rules.spaces_goal_share * county.n_villages)
    n_spaces = 0
    for v in range(county.first_village, county.first_village + county.n_villages):
        n_spaces += state.villages[v].space_month != NO_MONTH
    money -= n_spaces * running
    state.counters[c, SPACE_MONTHS] += n_spaces
    for v in range(county.first_village, county.first_village + county.n_villages):
        village = state.villages[v]
        if village.space_month != NO_MONTH:
            continue
        if month == 0 and village.pilot:
            opens = happens(draw(village.key, AT_START, ALWAYS, 0), rules.space_pilot_share)
        else:
            opens = n_spaces < goal and happens(
                draw(village.key, OPENS, month, 0), rules.space_opening_per_year / 12
            )
        if opens and money >= opening + running:
            money -= opening + running
            village.space_month = month
            n_spaces += 1
            state.counters[c, SPACES_OPENED] += 1
            state.counters[c, SPACE_MONTHS] += 1
