"""What a case of verification is, what it reports and when a row passes."""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

PLENTY = 200
"""Degrees of freedom from which Student's t is as good as normal."""
SEVERAL = 4.0
"""A row fails beyond so many standard errors: by chance one time in 16,000."""


@dataclass(frozen=True)
class Row:
    """One comparison of a theoretical value with what the engine did.

    ``expected`` is the theory of the very run where it differs from the limit that ``theory`` states (a start
    from empty, months instead of moments): z is reckoned against it, the tolerance against ``theory``.
    ``error`` is the standard error of ``simulated``; 0 where the comparison is exact. ``tolerance`` is the
    absolute difference allowed from ``theory``, held against the run where its standard error is at most half
    of it (with fewer runs chance alone would break it); none where only z counts.
    """

    what: str
    theory: float
    simulated: float
    error: float = 0.0
    tolerance: float | None = None
    expected: float | None = None
    freedom: float = math.inf

    @property
    def z(self) -> float | None:
        """Standard errors between the run and the theory for it; None where the comparison is exact.

        An error from few replications is itself uncertain: Student's t with ``freedom`` degrees is turned
        into the normal score of the same probability.
        """
        if self.error == 0.0:
            return None
        t = (self.simulated - (self.theory if self.expected is None else self.expected)) / self.error
        if math.isnan(t) or self.freedom > PLENTY:
            return t
        return math.copysign(float(norm.isf(student.sf(abs(t), self.freedom))), t)

    @property
    def passes(self) -> bool:
        """Whether the row is within its tolerance and |z| below ``SEVERAL``."""
        if math.isnan(self.simulated) or math.isnan(self.error):
            return False
        near = self.z is None or abs(self.z) < SEVERAL
        return near and (not self.is_precise or abs(self.simulated - self.theory) <= (self.tolerance or 0.0))

    @property
    def is_precise(self) -> bool:
        """Whether the run is precise enough to be held against the tolerance."""
        return self.z is None or (self.tolerance is not None and 2 * self.error <= self.tolerance)


@dataclass(frozen=True)
class Case:
    """A row of theory: what it says, which switches it needs and how it is run.

    ``run`` takes the seeds of its replications and returns rows; ``runs`` are those of the page, ``fewer``
    those of the tests. Cases with the same ``shares`` look at the same runs.
    """

    name: str
    topic: str
    title: str
    shows: str
    switches: tuple[str, ...]
    run: Callable[[Sequence[int]], list[Row]]
    runs: int = 1
    fewer: int = 1
    shares: str = ""

    def rows(self, short: bool = False) -> list[Row]:
        """Run the case on its own seeds."""
        return self.run(seeds_of(self.shares or self.name, self.fewer if short else self.runs))


def seeds_of(name: str, n: int) -> list[int]:
    """Return ``n`` seeds of a case, hashed apart so that no two cases or replications share one."""
    return [
        int.from_bytes(hashlib.blake2b(f"{name} {i}".encode(), digest_size=8).digest(), "little")
        for i in range(n)
    ]


def mean_row(
    what: str,
    theory: float,
    values: Sequence[float] | np.ndarray,
    tolerance: float | None = None,
    expected: float | None = None,
) -> Row:
    """Compare the mean of independent values; the standard error comes from their spread."""
    sample = np.asarray(values, dtype=float).ravel()
    error = float(sample.std(ddof=1) / math.sqrt(len(sample)))
    return Row(what, theory, float(sample.mean()), error, tolerance, expected, len(sample) - 1)


def share_row(what: str, theory: float, hits: int, trials: int) -> Row:
    """Compare a share of independent trials, with the binomial standard error at the theoretical value."""
    error = math.sqrt(theory * (1 - theory) / trials)
    return Row(what, theory, hits / trials, error)


def exact_row(what: str, theory: float, simulated: float, tolerance: float = 0.0) -> Row:
    """Compare what must be equal, to rounding at most."""
    return Row(what, theory, simulated, 0.0, tolerance)
