"""Settings of all tests."""

import os

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")

if os.environ.get("NUMBA_DISABLE_JIT") == "1":  # keyed draws overflow on purpose; uncompiled NumPy would tell
    import numpy as np

    np.seterr(over="ignore")
