"""One number for the whole state of a world: equal states have equal hashes, on any number of threads.

Every array is hashed as bytes with BLAKE2b from the standard library, whatever its dtype; unused memory
(beyond the end of lists) is left out by the caller. Slow and sure for small worlds; for large ones it is
taken once a year.
"""

import hashlib
from collections.abc import Mapping

import numpy as np

DIGEST_BYTES = 8


def hash_arrays(named: Mapping[str, np.ndarray]) -> str:
    """Return a hexadecimal hash of named arrays, in the order of their names.

    Parameters
    ----------
    named : mapping of str to ndarray
    """
    whole = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for name in sorted(named):
        array = np.ascontiguousarray(named[name])
        whole.update(f"{name}{array.dtype.str}{array.shape}".encode())
        whole.update(array.view(np.uint8).data if array.size else b"")
    return whole.hexdigest()
