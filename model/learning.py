"""What people learn from how cases end: trust of families, motivation of workers, results peers can see."""

import numpy as np

from columns.compiling import inlined, part
from columns.layout import POST_ACTIVE
from columns.words import MONTH_BYTE
from model.staffing import update_motivation

TRUST_UNIT = 65535.0
ROUND = 0.5


@inlined
def mean_trust(village):
    """Mean trust of a village's households, kept by increments (0–1)."""
    return village.trust_sum / (TRUST_UNIT * max(village.n_households, 1))


@inlined
def trust_of(village, household, tables, month):
    """A household's trust today: since the last event it has drifted towards the village's mean.

    The drift, equation (49), is computed when it is needed, so no month passes over all households.
    """
    stored = household.trust / TRUST_UNIT
    since = (month - np.int64(household.trust_month)) & MONTH_BYTE
    mean = mean_trust(village)
    return mean + (stored - mean) * tables.fading[since]


@part
def remember(village, household, tables, month, good):
    """Raise or lower a household's trust after a case was served (``good``) or disappointed: equation (48).

    Only cases that a worker helped count: families who go alone learn nothing about the worker.
    """
    rules = tables.rules[0]
    if rules.trust_changes == 0.0:
        return
    before = trust_of(village, household, tables, month)
    after = before + rules.trust_gain_served * (1.0 - before) if good else before * (1.0 - rules.trust_loss)
    stored = np.int64(after * TRUST_UNIT + ROUND)
    village.trust_sum += stored - np.int64(before * TRUST_UNIT + ROUND)
    household.trust = np.uint16(stored)
    household.trust_month = np.uint8(month & MONTH_BYTE)


@part
def learn(state, tables, c):
    """End of a county's month: workers' motivation follows how long their cases wait, equation (17)."""
    county = state.counties[c]
    rules = tables.rules[0]
    for v in range(county.first_village, county.first_village + county.n_villages):
        village = state.villages[v]
        if village.post == POST_ACTIVE:
            village.served_recently += (
                village.helped_served - village.served_recently
            ) * rules.served_smoothing
            update_motivation(village, tables.rules)
        village.helped_served = 0
