"""Bit packing: the 16-bit word of a child's need and the 64-bit entry of an open spell.

Need word (one per child and service)::

    bits  0–3   state (columns.layout)
    bits  4–11  month since which it holds, modulo 256
    bit  12     a worker has found it in this spell; while served: a review is waiting
    bit  13     filed in this spell
    bit  14     ever helped by a worker to file for this service
    bit  15     member of the cohort that the cascade follows

Entry (one per open spell; unfiled spells and filed cases share a county's arena)::

    bits  0–25  slot within the county          bits 52–59  month filed, modulo 256
                                                             (unfiled: of the next candidate)
    bits 26–38  village within the county       bits 60–61  priority class (0 first)
    bits 39–43  service                         bit  62     a review, not an application
    bits 44–51  birth month of the child        bit  63     accompanied to the desk
                (tells a later child of the same slot apart)
"""

import numpy as np

from columns.compiling import inlined

STATE_MASK = np.uint16(0xF)
SINCE_SHIFT, SINCE_MASK = np.uint16(4), np.uint16(0xFF)
FOUND_ONCE, FILED_ONCE = np.uint16(1 << 12), np.uint16(1 << 13)
SPELL_OVER = np.uint16(0xCFFF)  # clears both when a spell ends in a service
HELPED_BIT = np.uint16(1 << 14)
UNDER_REVIEW = FOUND_ONCE  # what is served is not looked for; the bit then marks a waiting review
NOT_UNDER_REVIEW = np.uint16(0xEFFF)
COHORT_BIT = np.uint16(1 << 15)
KEPT_BITS = np.uint16(0xF000)  # survive a change of state
NEW_SPELL_BITS = np.uint16(0x4FFF)  # what a new spell keeps: that a worker ever helped (and the old state)

MONTH_BITS = 256
MONTH_BYTE = MONTH_BITS - 1

SLOT_MASK = np.uint64((1 << 26) - 1)
VILLAGE_SHIFT, VILLAGE_MASK = np.uint64(26), np.uint64((1 << 13) - 1)
SERVICE_SHIFT, SERVICE_MASK = np.uint64(39), np.uint64((1 << 5) - 1)
BIRTH_SHIFT, BYTE_MASK = np.uint64(44), np.uint64(0xFF)
FILED_SHIFT = np.uint64(52)
CLASS_SHIFT, CLASS_MASK = np.uint64(60), np.uint64(0x3)
REVIEW_SHIFT = np.uint64(62)
ACCOMPANIED_SHIFT = np.uint64(63)
ONE = np.uint64(1)
NOWHERE = np.uint64(0xFFFFFFFFFFFFFFFF)
"""Stands in a list where an entry has left it."""

MAX_COUNTY_SLOTS = 1 << 26
MAX_COUNTY_VILLAGES = 1 << 13
MAX_SERVICES = 1 << 5
MAX_VILLAGE_SLOTS = 1 << 16


@inlined
def state_of(word):
    """State of a need word as int64."""
    return np.int64(word & STATE_MASK)


@inlined
def months_since(word, month):
    """Months since the state began (0–255)."""
    return (month - np.int64((word >> SINCE_SHIFT) & SINCE_MASK)) & np.int64(SINCE_MASK)


@inlined
def make_word(kept_bits, state, month):
    """Word in ``state`` since ``month``; ``kept_bits`` carries the marks of the spell, helped and cohort."""
    since = np.uint16(np.uint16(month & np.int64(SINCE_MASK)) << SINCE_SHIFT)
    return np.uint16(np.uint16(kept_bits) | since | np.uint16(state))


@inlined
def make_entry(slot, village, service, birth):
    """Entry of an open spell: slot and village count within the county, birth is the child's birth byte."""
    return (
        np.uint64(slot)
        | (np.uint64(village) << VILLAGE_SHIFT)
        | (np.uint64(service) << SERVICE_SHIFT)
        | (np.uint64(birth) << BIRTH_SHIFT)
    )


@inlined
def for_service(entry, service):
    """The unfiled entry of the same child for a service."""
    return make_entry(entry_slot(entry), entry_village(entry), service, entry_birth(entry))


@inlined
def dated_entry(entry, month):
    """The unfiled entry with the month (modulo 256) in which it is looked at next."""
    return (entry & ((ONE << FILED_SHIFT) - ONE)) | ((np.uint64(month) & BYTE_MASK) << FILED_SHIFT)


@inlined
def filed_entry(entry, month, priority_class, review, accompanied):
    """The same entry, filed at a desk in ``month``."""
    person = entry & ((ONE << FILED_SHIFT) - ONE)
    return (
        person
        | ((np.uint64(month) & BYTE_MASK) << FILED_SHIFT)
        | (np.uint64(priority_class) << CLASS_SHIFT)
        | (np.uint64(review) << REVIEW_SHIFT)
        | (np.uint64(accompanied) << ACCOMPANIED_SHIFT)
    )


@inlined
def entry_slot(entry):
    """Slot within the county."""
    return np.int64(entry & SLOT_MASK)


@inlined
def entry_village(entry):
    """Village within the county."""
    return np.int64((entry >> VILLAGE_SHIFT) & VILLAGE_MASK)


@inlined
def entry_service(entry):
    """Service index."""
    return np.int64((entry >> SERVICE_SHIFT) & SERVICE_MASK)


@inlined
def entry_birth(entry):
    """Birth byte of the child the entry belongs to."""
    return np.uint8((entry >> BIRTH_SHIFT) & BYTE_MASK)


@inlined
def entry_wait(entry, month):
    """Months since filing (0–255)."""
    return (month - np.int64((entry >> FILED_SHIFT) & BYTE_MASK)) & np.int64(BYTE_MASK)


@inlined
def entry_class(entry):
    """Priority class, 0 first."""
    return np.int64((entry >> CLASS_SHIFT) & CLASS_MASK)


@inlined
def entry_is_review(entry):
    """True for a yearly review of an allowance."""
    return ((entry >> REVIEW_SHIFT) & ONE) == ONE
