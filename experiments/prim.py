"""Boxes in which something fails: the patient rule induction method of Friedman & Fisher (1999).

A box is peeled: again and again the twentieth of its draws at one end of one parameter is taken away, where
that raises the share of failures most; then it is pasted where that does not lower it. Of all boxes on the
way, with limits that are not needed dropped (Bryant & Lempert 2010), the one is kept that holds many failures
and little else. The same search among shuffled labels says what a box is worth that chance alone finds.

Why not a library: the EMA workbench, which has it, brings a package under GPL-3 and a hundred megabytes. This
much serves, and is tested on boxes that are known.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from results.measures.ratios import Floats

type Booleans = NDArray[np.bool_]

PEEL_SHARE = 0.05
LEAST_SHARE = 0.08
"""Of the draws, or eight of them: a smaller box says nothing."""
LEAST_DRAWS = 8
DENSITY, COVERAGE = 0.8, 0.6
"""What a box should reach: the share of its draws that fail, and of all failures the share that is in it."""
MOST_LIMITS = 3
NEEDED = 0.05
"""A limit is kept where chance would raise the density as much in fewer cases than this."""
SHUFFLES = 39


class Box(NamedTuple):
    """A box in the space of parameters.

    Attributes
    ----------
    low, high
        Limits by parameter, in its unit; infinite where there is none.
    density
        Share of the draws in the box that fail.
    coverage
        Share of all failures that is in the box.
    mass
        Share of all draws that is in the box.
    chance
        Share of shuffled data in which the search finds a box as good.
    """

    low: Floats
    high: Floats
    density: float
    coverage: float
    mass: float
    chance: float = float("nan")

    @property
    def limited(self) -> list[int]:
        """Positions of the parameters that have a limit."""
        return [k for k in range(len(self.low)) if np.isfinite(self.low[k]) or np.isfinite(self.high[k])]

    @property
    def is_sharp(self) -> bool:
        """Whether it reaches the density and the coverage that it should."""
        return self.density >= DENSITY and self.coverage >= COVERAGE

    @property
    def worth(self) -> float:
        """Harmonic mean of density and coverage."""
        both = self.density + self.coverage
        return 2 * self.density * self.coverage / both if both > 0 else 0.0


def find_box(x: Floats, fails: Booleans, seed: int = 0) -> Box | None:
    """Return the box that holds failures best; None where nothing or everything fails, or no limit helps.

    Parameters
    ----------
    x, fails
        Numbers in any units, and which draws fail; shapes (draws, parameters) and (draws,).
    """
    best = _search(x, fails)
    if best is None:
        return None
    rng = np.random.default_rng(seed)
    shuffled = [_search(x, rng.permutation(fails)) for _ in range(SHUFFLES)]
    as_good = sum(box is not None and box.worth >= best.worth for box in shuffled)
    return best._replace(chance=(1 + as_good) / (1 + SHUFFLES))


def _search(x: Floats, fails: Booleans) -> Box | None:
    n = len(fails)
    if not 0 < fails.sum() < n:
        return None
    least = max(int(LEAST_SHARE * n), LEAST_DRAWS)
    boxes = [_without_idle(box, x, fails) for box in _peeled(x, fails, least)]
    boxes = [box for box in boxes if 0 < len(box.limited) <= MOST_LIMITS and box.density > fails.mean()]
    sharp = [box for box in boxes if box.is_sharp]
    return max(sharp or boxes, key=lambda box: (box.worth, -len(box.limited)), default=None)


def _peeled(x: Floats, fails: Booleans, least: int) -> list[Box]:
    """Return the boxes of peeling from all draws to few, each pasted."""
    low, high = np.full(x.shape[1], -np.inf), np.full(x.shape[1], np.inf)
    inside = np.ones(len(x), dtype=bool)
    boxes: list[Box] = []
    while True:
        step = _best_peel(x, fails, inside, least)
        if step is None:
            return boxes
        k, limit, is_low, inside = step
        (low if is_low else high)[k] = limit
        boxes.append(_box(*_pasted(low.copy(), high.copy(), x, fails), x, fails))


def _best_peel(
    x: Floats, fails: Booleans, inside: Booleans, least: int
) -> tuple[int, float, bool, Booleans] | None:
    """Return the peel that raises density most for what it takes: parameter, limit, end, what is left."""
    best, found = -np.inf, None
    density = fails[inside].mean()
    for k in range(x.shape[1]):
        values = np.sort(x[inside, k])
        if values[0] == values[-1]:
            continue
        for is_low in (True, False):
            limit = _limit(values, is_low)
            left = inside & (x[:, k] > limit if is_low else x[:, k] < limit)
            if left.sum() < least:
                continue
            gain = (fails[left].mean() - density) / (inside.sum() - left.sum())
            if gain > best:
                best, found = gain, (k, limit, is_low, left)
    return found


def _limit(values: Floats, is_low: bool) -> float:
    """Return a limit half-way between two of the sorted values that cuts off a twentieth, or one value."""
    cut = int(PEEL_SHARE * len(values))
    if is_low:
        k = int(np.searchsorted(values, min(values[cut], values[-1]), side="right"))
        k = k if k < len(values) else int(np.searchsorted(values, values[-1], side="left"))
    else:
        k = int(np.searchsorted(values, values[-1 - cut], side="left"))
        k = k if k > 0 else int(np.searchsorted(values, values[0], side="right"))
    return float(values[k - 1] + values[k]) / 2


def _pasted(low: Floats, high: Floats, x: Floats, fails: Booleans) -> tuple[Floats, Floats]:
    """Widen a box at each end as far as its density does not fall."""
    for k in range(len(low)):
        for ends, infinite in ((low, -np.inf), (high, np.inf)):
            if not np.isfinite(ends[k]):
                continue
            before = fails[_inside(low, high, x)].mean()
            kept, ends[k] = ends[k], infinite
            if fails[_inside(low, high, x)].mean() < before:
                ends[k] = kept
    return low, high


def _without_idle(box: Box, x: Floats, fails: Booleans) -> Box:
    """Drop the limits that chance explains, and the weakest ones above the number that words can hold."""
    low, high = box.low.copy(), box.high.copy()
    while True:
        chances = {k: _chance_of_limit(k, low, high, x, fails) for k in _box(low, high, x, fails).limited}
        if not chances:
            return _box(low, high, x, fails)
        weakest = max(chances, key=lambda k: chances[k])
        if chances[weakest] < NEEDED and len(chances) <= MOST_LIMITS:
            return _box(low, high, x, fails)
        low[weakest], high[weakest] = -np.inf, np.inf


def _chance_of_limit(k: int, low: Floats, high: Floats, x: Floats, fails: Booleans) -> float:
    """Return how often as many failures would be in the box if the limit of a parameter meant nothing."""
    inside = _inside(low, high, x)
    wider_low, wider_high = low.copy(), high.copy()
    wider_low[k], wider_high[k] = -np.inf, np.inf
    share = fails[_inside(wider_low, wider_high, x)].mean()
    hits, n = int(fails[inside].sum()), int(inside.sum())
    return float(special.bdtrc(hits - 1, n, share)) if hits else 1.0


def _inside(low: Floats, high: Floats, x: Floats) -> Booleans:
    within: Booleans = ((x > low) & (x < high)).all(axis=1)
    return within


def _box(low: Floats, high: Floats, x: Floats, fails: Booleans) -> Box:
    inside = _inside(low, high, x)
    hits = float(fails[inside].sum())
    return Box(
        low.copy(),
        high.copy(),
        hits / max(int(inside.sum()), 1),
        hits / int(fails.sum()),
        float(inside.mean()),
    )
