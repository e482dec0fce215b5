"""How many staff minutes every desk has at the start, from offices, background load and fiscal strength."""

import math
from collections.abc import Mapping

import numpy as np

from columns.state import DESK
from model.codes import (
    CHILDHOOD_MONTHS,
    DESK_COUNTY,
    DESK_TOWNSHIP,
    GROUP_DISABLED,
    GROUP_POOR,
    GROUP_UNATTENDED,
    MINUTES_PER_HOUR,
    OFFICE_CIVIL_AFFAIRS,
    OFFICE_CLINIC,
    OFFICE_EDUCATION,
    OFFICE_HOSPITAL,
    OFFICE_POLICE,
    OFFICE_PROTECTION,
    OFFICES,
)
from model.stationary import CLASS_MIGRANT, CLASS_PILOT, CLASS_POOR, CLASS_REMOTE


def background_minutes(
    villages: np.ndarray,
    children: np.ndarray,
    services: np.recarray,
    filing: np.ndarray,
    need_scale: np.ndarray,
    rules: np.record,
) -> np.ndarray:
    """Expected staff minutes a month that each village asks of each desk without the programme.

    Parameters
    ----------
    villages : structured array of VILLAGE
    children : int array, one per village
    services : recarray
    filing : array, shape (classes, services)
        Filings a month per eligible child (:class:`model.stationary.Stationary`).
    need_scale : array, shape (villages, services)
    rules : record

    Returns
    -------
    ndarray, float64, shape (villages, services)
    """
    base = np.where(villages["pilot"] == 1, CLASS_PILOT, 0) + np.where(
        villages["remote"] == 1, CLASS_REMOTE, 0
    )
    unattended = np.where(villages["pilot"] == 1, rules.unattended_pilot_share, rules.unattended_share)
    groups = {
        GROUP_UNATTENDED: unattended,
        GROUP_POOR: villages["poverty"],
        GROUP_DISABLED: rules.disabled_share,
    }
    minutes = np.zeros((len(villages), len(services)))
    for s, row in enumerate(services):
        aged = (row.max_age_months - row.min_age_months) / CHILDHOOD_MONTHS
        eligible = children * aged * groups.get(int(row.group), 1.0)
        poor = np.ones(len(villages)) if row.group == GROUP_POOR else villages["poverty"]
        rate = np.zeros(len(villages))
        for class_bits, share in ((0, 1.0 - poor), (CLASS_POOR, poor)):
            for migrant_bit, migrant in (
                (0, 1.0 - villages["migrant"]),
                (CLASS_MIGRANT, villages["migrant"]),
            ):
                rate += share * migrant * filing[base + class_bits + migrant_bit, s]
        if not row.status:
            rate = rate * need_scale[:, s] / row.multiplier_norm
        minutes[:, s] = eligible * rate * row.minutes_per_case
        if row.status and row.review_interval_months:
            minutes[:, s] += (
                eligible * (1.0 - row.need_share) / row.review_interval_months * row.review_minutes
            )
    return minutes


def make_desks(
    counties: np.ndarray,
    townships: np.ndarray,
    villages: np.ndarray,
    children: np.ndarray,
    services: np.recarray,
    minutes: np.ndarray,
    rules: np.record,
    own_fte: Mapping[int, np.ndarray] | None = None,
) -> np.ndarray:
    """Return the DESK records of a world; an office's staff, equation (38), is divided over them by load.

    A township or county of average size has the declared staff; others in proportion to their children
    (assumption: establishment follows population), times the county's fiscal index to the power of
    ``fiscal_spread``. Civil affairs also follow poverty (``civil_affairs_need_exponent``). Every desk keeps
    ``desk_least_share`` of its office: a new entitlement has next to no background load, yet somebody
    handles it. The hospital has its background load times a factor. Village desks have no staff of their
    own. ``own_fte`` may give the staff of an office itself, as full-time equivalents per county or township;
    NaN where the rules above hold.
    """
    n = len(services)
    desks = np.zeros((len(counties) + len(townships)) * n + len(villages), dtype=DESK)
    fulltime = rules.hours_per_fte * MINUTES_PER_HOUR
    levels = (
        (DESK_COUNTY, villages["county"], len(counties), 0),
        (DESK_TOWNSHIP, villages["township"], len(townships), len(counties)),
    )
    staff = office_staff(counties, townships, villages, children, rules)
    for place, unit, n_units, offset in levels:
        fiscal = _fiscal(counties, rules)[_county_of(place, counties, townships)]
        load = np.stack(
            [np.bincount(unit, weights=minutes[:, s], minlength=n_units) for s in range(n)], axis=1
        )
        for office in sorted({int(row.office) for row in services if row.desk == place}):
            here = [s for s, row in enumerate(services) if row.desk == place and row.office == office]
            total = load[:, here].sum(axis=1)
            least = min(rules.desk_least_share, 1.0 / len(here))
            if office == OFFICE_HOSPITAL:
                hours = rules.hospital_load_factor * total * fiscal
            else:
                hours = staff[office] * fulltime
            if own_fte and office in own_fte:
                hours = np.where(np.isnan(own_fte[office]), hours, own_fte[office] * fulltime)
            for s in here:
                share = np.divide(load[:, s], total, out=np.full(n_units, 1.0 / len(here)), where=total > 0)
                share = least + (1.0 - least * len(here)) * share
                desks["base_minutes"][(offset + np.arange(n_units)) * n + s] = hours * share
    return desks


def office_staff(
    counties: np.ndarray,
    townships: np.ndarray,
    villages: np.ndarray,
    children: np.ndarray,
    rules: np.record,
) -> dict[int, np.ndarray]:
    """Full-time equivalents of every office by the rules: a number per county or township; float64.

    The hospital is not among them: its hours follow its load.
    """
    levels = {
        DESK_COUNTY: (villages["county"], rules.reference_children_per_county),
        DESK_TOWNSHIP: (villages["township"], rules.reference_children_per_township),
    }
    declared = {
        OFFICE_CLINIC: (DESK_TOWNSHIP, rules.clinic_fte),
        OFFICE_CIVIL_AFFAIRS: (DESK_TOWNSHIP, rules.civil_affairs_fte),
        OFFICE_POLICE: (DESK_COUNTY, rules.police_fte),
        OFFICE_EDUCATION: (DESK_COUNTY, rules.education_fte),
        OFFICE_PROTECTION: (DESK_COUNTY, rules.protection_fte),
    }
    staff = {}
    for office, (place, fte) in declared.items():
        unit, reference = levels[place]
        county_of = _county_of(place, counties, townships)
        size = np.bincount(unit, weights=children, minlength=len(county_of)) / reference
        staff[office] = fte * size * _fiscal(counties, rules)[county_of]
        if office == OFFICE_CIVIL_AFFAIRS:
            staff[office] *= poverty_factor(unit, villages["poverty"], children, len(county_of), rules)
    return staff


def _fiscal(counties: np.ndarray, rules: np.record) -> np.ndarray:
    return np.array([math.pow(index, rules.fiscal_spread) for index in counties["fiscal_index"]])


def _county_of(place: int, counties: np.ndarray, townships: np.ndarray) -> np.ndarray:
    return np.arange(len(counties)) if place == DESK_COUNTY else townships["county"]


def poverty_factor(
    unit: np.ndarray, poverty: np.ndarray, children: np.ndarray, n_units: int, rules: np.record
) -> np.ndarray:
    """Staff of allowances relative to usual poverty, in equation (38), per unit; 1 where nobody lives."""
    poor = np.bincount(unit, weights=children * poverty, minlength=n_units)
    everyone = np.bincount(unit, weights=children, minlength=n_units)
    share = np.divide(poor, everyone, out=np.full(n_units, rules.reference_poor_share), where=everyone > 0)
    relative = (share / rules.reference_poor_share).tolist()
    return np.array([math.pow(each, rules.civil_affairs_need_exponent) for each in relative])


def utilisation(
    counties: np.ndarray,
    townships: np.ndarray,
    villages: np.ndarray,
    minutes: np.ndarray,
    desks: np.ndarray,
    services: np.recarray,
) -> np.ndarray:
    """Background minutes over base minutes of every county and kind of office: 0–1 with slack, NaN without.

    Returns
    -------
    ndarray, float64, shape (counties, OFFICES)
    """
    n = len(services)
    asked = np.stack(
        [np.bincount(villages["county"], weights=minutes[:, s], minlength=len(counties)) for s in range(n)]
    )
    offered = np.zeros((n, len(counties)))
    for s, row in enumerate(services):
        if row.desk == DESK_COUNTY:
            offered[s] = desks["base_minutes"][np.arange(len(counties)) * n + s]
        elif row.desk == DESK_TOWNSHIP:
            at = desks["base_minutes"][(len(counties) + np.arange(len(townships))) * n + s]
            offered[s] = np.bincount(townships["county"], weights=at, minlength=len(counties))
    by_office = services.office == np.arange(len(OFFICES))[:, None]
    asked, offered = by_office @ np.where(offered > 0, asked, 0.0), by_office @ offered
    return np.divide(asked, offered, out=np.full_like(asked, np.nan), where=offered > 0).T
