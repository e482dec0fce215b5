"""Types of single numbers as compiled functions take and give them: those of numba, or Python's own."""

import numpy as np

Whole = int | np.int64
Truth = bool | np.bool
