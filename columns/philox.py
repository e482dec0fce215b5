"""A second generator for the same draws, Philox 4×64 with ten rounds: results should not hang on the first.

Philox (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3") encrypts a counter
under a key with multiplications and shares nothing with the shifts and products of :mod:`columns.draws`. It
takes several times as long, so it is no default: a process uses it if :data:`columns.draws.VARIABLE` says so.
"""

import numpy as np

from columns.compiling import kernel

MULTIPLIER_0, MULTIPLIER_1 = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
WEYL_0, WEYL_1 = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
ROUNDS = 10
HALF, LOW_HALF = np.uint64(32), np.uint64(0xFFFFFFFF)


@kernel
def high_product(a: np.uint64, b: np.uint64) -> np.uint64:
    """Upper 64 bits of the product of two uint64, which no integer type holds."""
    a_low, a_high, b_low, b_high = a & LOW_HALF, a >> HALF, b & LOW_HALF, b >> HALF
    one = a_high * b_low + ((a_low * b_low) >> HALF)
    other = a_low * b_high + (one & LOW_HALF)
    return a_high * b_high + (one >> HALF) + (other >> HALF)


@kernel
def encrypt(counter_0: np.uint64, counter_1: np.uint64, key: np.uint64) -> np.uint64:
    """First of four words that Philox makes of a counter (counter_0, counter_1, 0, 0) and key (key, 0)."""
    a, b, c, d = counter_0, counter_1, np.uint64(0), np.uint64(0)
    key_0, key_1 = key, np.uint64(0)
    for _ in range(ROUNDS):
        a, b, c, d = (
            high_product(MULTIPLIER_1, c) ^ b ^ key_0,
            MULTIPLIER_1 * c,
            high_product(MULTIPLIER_0, a) ^ d ^ key_1,
            MULTIPLIER_0 * a,
        )
        key_0 += WEYL_0
        key_1 += WEYL_1
    return a
