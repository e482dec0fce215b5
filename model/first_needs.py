"""How far the needs of a child have come when it comes, or when a service begins to apply to it.

Drawn as in the world without the programme (:mod:`model.stationary`). Most children are in no need of most
services, and most draws say so for any child of these traits in this village: the tables of
:mod:`model.possible_needs` tell which, and only the others are worked out.
"""

import numpy as np

from columns.bits import lowest_bit, n_bits
from columns.compiling import inlined, part
from columns.draws import draw, happens, uniform
from columns.layout import (
    ADMITTED,
    CHILD_DISABLED,
    CHILD_UNATTENDED,
    CLEAR,
    HOUSEHOLD_STRAINED,
    INELIGIBLE,
    SERVED,
    UNMET,
)
from columns.streams import stream
from columns.tallies import F_CAME, G_PILOT, G_POOR, N_GROUPS, add, log_event
from columns.words import filed_entry, make_entry, make_word, state_of
from model.codes import GROUP_ALL, GROUP_DISABLED, GROUP_POOR, GROUP_UNATTENDED
from model.needs import (
    append_filed,
    class_of,
    count_in_village,
    is_open,
    is_unfiled,
    list_unfiled,
    need_multiplier,
    unfiled_state,
)
from model.stationary import (
    BORN_WITHOUT_BOTH,
    BORN_WITHOUT_HUKOU,
    CERTIFICATE,
    COMPLETE,
    HUKOU,
    LACKING,
    N_CHAIN,
    N_PAPERS,
    P_BOTH,
    P_ONE_UNMET,
)

INITIAL = stream("child.initial_need")
BORN_WITHOUT = stream("child.born_without_papers")
ALWAYS = 0  # the month of draws that are made once in a life
PAPERS = (1 << CERTIFICATE) | (1 << HUKOU)
OF_GROUPS = (1 << N_GROUPS) - 1
"""Groups, without the quintile of wealth, as they stand in what :func:`circumstances` gives."""


@inlined
def eligible_services(tables, traits, groups, age):
    """Services that are for a child of these traits and this age in months, as bits."""
    whoever = tables.for_whom[GROUP_ALL]
    unattended = tables.for_whom[GROUP_UNATTENDED] * np.int64((traits & CHILD_UNATTENDED) != 0)
    poor = tables.for_whom[GROUP_POOR] * np.int64((groups & G_POOR) != 0)
    disabled = tables.for_whom[GROUP_DISABLED] * np.int64((traits & CHILD_DISABLED) != 0)
    return tables.for_age[age] & (whoever | unattended | poor | disabled)


@inlined
def circumstances(groups, household):
    """What the odds of a child's needs depend on, as one number: its groups, and a strained caregiver."""
    return (groups & OF_GROUPS) | np.int64((household.family & HOUSEHOLD_STRAINED) != 0) << N_GROUPS


@inlined
def birth_draw(key, index):
    """Draw whether a child is born without hukou (0), and whether without certificate too (1)."""
    return draw(key, BORN_WITHOUT, ALWAYS, index)


@inlined
def start_draw(key, service):
    """Draw how far the need of a child for a service has come; papers take that of the hukou together."""
    return uniform(draw(key, INITIAL, ALWAYS, service))


@inlined
def odds_at_most(tables, v, service):
    """Highest odds of need in a village where a child's traits multiply them by 1."""
    return tables.odds_at_most[service] * tables.need_scale[v, service]


@inlined
def may_be(u, odds):
    """Whether a draw is below the share that has at most these odds."""
    return u < (1.0 - u) * odds


@inlined
def may_lack_papers(tables, v, of_child, u):
    """Whether a child of a village may have been born without papers, as its draw says."""
    born = born_without(tables.rules[0], (of_child & G_PILOT) != 0) * tables.need_scale[v, HUKOU]
    return u < born * tables.multiplier_at_most[HUKOU, of_child]


@inlined
def born_without(rules, pilot):
    """Share of children born without hukou, before what their circumstances make of it."""
    return rules.births_without_hukou_pilot_share if pilot else rules.births_without_hukou_share


@inlined
def possible_needs(tables, v, of_child, key):
    """Needs of a child that have to be worked out, as bits; it is in no need of the others."""
    u = uniform(birth_draw(key, 0))
    possible = tables.worked_out[0] | (PAPERS * np.int64(may_lack_papers(tables, v, of_child, u)))
    drawn = tables.drawn[0]
    while drawn:
        service = lowest_bit(drawn)
        drawn &= drawn - 1
        u = start_draw(key, service)
        odds = odds_at_most(tables, v, service) * tables.multiplier_at_most[service, of_child]
        possible |= np.int64(may_be(u, odds)) << service
    return possible


@inlined
def enter_service(tables, village, service, groups, household, key, since, papers):
    """Draw how far a need has come when a child becomes eligible: as in the world without the programme.

    ``since`` counts the months from the service's entry age to the draw (0 on the day of entry), ``papers``
    says whether the child is lacking the hukou (:func:`papers_of`). Returns the drawn state. Papers are drawn
    by :func:`enter_papers`. A need that is more common among the very young lasts into the years after,
    fading by the month (assumption).
    """
    row, rules = tables.services[service], tables.rules[0]
    of_class = class_of(groups)
    profile = tables.profile[of_class, service, since, papers]
    u = start_draw(key, service)
    chain = np.int64(0)
    if row.status:
        for state in range(N_CHAIN - 1):
            chain += np.int64(u >= profile[state])
    else:
        clear = tables.clear[of_class, service, since, papers]  # most are: the rest is not looked at for them
        need = 1.0 - clear
        multiplier = need_multiplier(row, groups, household)
        scaled = scaled_share(need, tables.need_scale[village, service] * multiplier)
        grown = since + np.int64(row.min_age_months) - np.int64(rules.young_months)
        if row.young_multiplier != 1.0 and grown >= 0 and row.min_age_months < rules.young_months:
            multiplier += row.young_multiplier - 1.0
            young = scaled_share(need, tables.need_scale[village, service] * multiplier)
            scaled += (young - scaled) * tables.lasting[service, grown]
        if u < scaled:
            rest = clear + need * u / scaled
            chain += 1
            for state in range(1, N_CHAIN - 1):
                chain += np.int64(rest >= profile[state])
    need = unfiled_state(chain)
    return ADMITTED if row.term_entry and need == SERVED else need


@inlined
def scaled_share(share, odds):
    """Share of children in need where their odds of need are a multiple of the usual ones, equation (30)."""
    return odds * share / (1.0 - share + odds * share)


@inlined
def enter_papers(tables, village, groups, household, key, since):
    """Draw certificate and hukou together: states of both for a child ``since`` months after birth."""
    rules = tables.rules[0]
    pilot = (groups & G_PILOT) != 0
    born = born_without(rules, pilot)
    both = rules.births_without_certificate_pilot_share if pilot else rules.births_without_certificate_share
    multiplier = need_multiplier(tables.services[HUKOU], groups, household)
    born = min(born * tables.need_scale[village, HUKOU] * multiplier, 1.0)
    if not happens(birth_draw(key, 0), born):
        return CLEAR, CLEAR
    origin = BORN_WITHOUT_BOTH if happens(birth_draw(key, 1), both) else BORN_WITHOUT_HUKOU
    table = tables.papers[class_of(groups), since, origin]
    u = start_draw(key, HUKOU)
    papers = 0
    while papers < N_PAPERS - 1 and u >= table[papers]:
        papers += 1
    if papers == P_BOTH:
        return CLEAR, CLEAR
    if papers >= P_ONE_UNMET:
        return CLEAR, unfiled_state(papers - P_ONE_UNMET + 1)
    return unfiled_state(papers + 1), UNMET


@inlined
def papers_of(hukou):
    """Whether a child is lacking the hukou, given the state of that need."""
    return LACKING if is_open(hukou) else COMPLETE


@inlined
def clear_needs(books, village, slot, eligible, month):
    """Write the needs of a child that has just come as none, and as not for it where it is not eligible."""
    for service in range(books.county_tally.shape[0]):
        books.needs[slot, service] = make_word(np.uint16(0), INELIGIBLE, month) | np.uint16(
            (eligible >> service) & CLEAR
        )
    village.n_eligible += n_bits(np.uint64(eligible))


@part
def work_out_needs(
    books, state, tables, county, arena, slot, v, month, groups, household, key, age, possible
):
    """Draw how far needs have come of a child that was written down and counted as in no need.

    Services for some children only were written down as not for it.
    """
    village, birth = state.villages[v], state.birth[slot]
    place = (slot - county.first_slot, v - county.first_village)
    hukou = CLEAR
    if possible & PAPERS:
        certificate, hukou = enter_papers(tables, v, groups, household, key, age)
        if (possible >> CERTIFICATE) & 1:
            enter_need(
                books, arena, village, slot, place, CERTIFICATE, birth, CLEAR, certificate, groups, month
            )
        if (possible >> HUKOU) & 1:
            enter_need(books, arena, village, slot, place, HUKOU, birth, CLEAR, hukou, groups, month)
        else:
            hukou = CLEAR
    papers = papers_of(hukou)
    possible &= ~PAPERS
    while possible:
        service = lowest_bit(possible)
        possible &= possible - 1
        since = age - np.int64(tables.services[service].min_age_months)
        need = enter_service(tables, v, service, groups, household, key, since, papers)
        before = CLEAR if (tables.for_whom[GROUP_ALL] >> service) & 1 else INELIGIBLE
        enter_need(books, arena, village, slot, place, service, birth, before, need, groups, month)


@inlined
def enter_need(books, arena, village, slot, place, service, birth, before, need, groups, month):
    """Write down, count and list a need of a child that has just come, where it is not as counted before."""
    if need != before:
        books.needs[slot, service] = make_word(np.uint16(0), need, month)
        count_in_village(village, before, -1)
        count_in_village(village, need, 1)
        add(books, service, before, groups, -1)
        add(books, service, need, groups, 1)
        list_need(books, arena, place, service, birth, need, month)


@inlined
def count_came(books, slot, groups, possible):
    """Count the needs with which a child comes, of those that it may have."""
    while possible:
        service = lowest_bit(possible)
        possible &= possible - 1
        if is_unfiled(state_of(books.needs[slot, service])):
            add(books, service, F_CAME, groups, 1)


@inlined
def log_needs(books, slot, birth, groups):
    """Log the needs of a child that has just come, if events are logged."""
    if len(books.log) > 1:
        for service in range(books.county_tally.shape[0]):
            need = state_of(books.needs[slot, service])
            if need != INELIGIBLE:
                log_event(books.log, slot, service, INELIGIBLE, need, birth, groups)


@inlined
def list_need(books, arena, place, service, birth, need, month):
    """Put a newcomer's need on the list where it belongs; who is admitted to school waits for the term."""
    entry = make_entry(place[0], place[1], service, birth)
    if is_unfiled(need):
        list_unfiled(books, arena, need, entry)
    elif need == ADMITTED:
        append_filed(books, arena, filed_entry(entry, month, 0, 0, 0))  # counts as served
