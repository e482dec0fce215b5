"""Two sources of random numbers with one face: keyed as the engine's, or Python's own generator.

The keyed source is written anew in Python's whole numbers, so it checks the compiled one too.
"""

import random
from typing import Any

from columns.streams import STREAMS, stream

WORD = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
FIRST_FACTOR, SECOND_FACTOR = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
MONTH_ZERO, INDEX_BITS = 256, 20
TOP = 1 << 32
BLOCK_MONTHS, DRAWS_PER_NEED = 64, 8
ALWAYS = 0
"""Month of what is drawn once in a life."""
STREAM = {name: int(stream(name)) for name in STREAMS}


def mix(word: int) -> int:
    """Mix the bits of a 64-bit number (the finaliser of splitmix64; Steele, Lea & Flood 2014)."""
    word = ((word ^ (word >> 30)) * FIRST_FACTOR) & WORD
    word = ((word ^ (word >> 27)) * SECOND_FACTOR) & WORD
    return word ^ (word >> 31)


def key_of_part(whole: int, part: int) -> int:
    """Key of a numbered part of something with a key."""
    return mix((whole + GOLDEN * (part + 1)) & WORD)


def below(top_bits: int, probability: float) -> bool:
    """Whether a kept 32-bit draw lies below a probability."""
    return top_bits < int(probability * TOP)


class KeyedDraws:
    """Every number is a function of who decides, what is decided, the month and an index."""

    def bits(self, key: int, decision: str, month: int = ALWAYS, index: int = 0) -> int:
        """Return 64 bits."""
        tick = ((month + MONTH_ZERO) << INDEX_BITS) + index + 1
        return mix((mix(key ^ STREAM[decision]) + GOLDEN * tick) & WORD)

    def top(self, key: int, decision: str, month: int = ALWAYS, index: int = 0) -> int:
        """Return 32 bits, for a decision taken later or several times with one draw."""
        return self.bits(key, decision, month, index) >> 32

    def uniform(self, key: int, decision: str, month: int = ALWAYS, index: int = 0) -> float:
        """Return a number in [0, 1)."""
        return (self.bits(key, decision, month, index) >> 32) / TOP

    def happens(
        self, probability: float, key: int, decision: str, month: int = ALWAYS, index: int = 0
    ) -> bool:
        """Return True with a probability."""
        return (self.bits(key, decision, month, index) >> 32) < int(probability * TOP)

    def is_candidate(self, child: Any, month: int, survival: list[int]) -> bool:
        """Whether a rare event may happen to a child this month, its clock having run out.

        The clock was set with one draw; month by month it is compared with the chance of having come so far.
        """
        gap = month - child.clock_month - child.clock_skips
        return gap >= 0 and child.clock_bits >= survival[gap + 1]

    def may_move(self, child: Any, service: int, month: int, halvings: int) -> bool:
        """Whether something may happen to an idle need this month: the same bit of so many draws is set."""
        block, bit = divmod(month, BLOCK_MONTHS)
        draws = (
            self.bits(child.key, "child.spell_clock", block, service * DRAWS_PER_NEED + i)
            for i in range(halvings)
        )
        return all(bits >> bit & 1 for bits in draws)


class PythonDraws(KeyedDraws):
    """Python's own generator behind the same face: keys, months and indices do not matter."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def bits(self, key: int, decision: str, month: int = ALWAYS, index: int = 0) -> int:
        """Return 64 bits."""
        return self.random.getrandbits(64)

    def top(self, key: int, decision: str, month: int = ALWAYS, index: int = 0) -> int:
        """Return 32 bits."""
        return self.random.getrandbits(32)

    def uniform(self, key: int, decision: str, month: int = ALWAYS, index: int = 0) -> float:
        """Return a number in [0, 1)."""
        return self.random.random()

    def happens(
        self, probability: float, key: int, decision: str, month: int = ALWAYS, index: int = 0
    ) -> bool:
        """Return True with a probability."""
        return self.random.random() < probability

    def is_candidate(self, child: Any, month: int, survival: list[int]) -> bool:
        """Draw whether a rare event may happen to a child this month."""
        return self.random.random() >= survival[1] / TOP

    def may_move(self, child: Any, service: int, month: int, halvings: int) -> bool:
        """Draw whether something may happen to an idle need this month."""
        return self.random.random() < 0.5**halvings
