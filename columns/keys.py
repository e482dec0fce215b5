"""Arrays and other objects as keys of what is kept, where runs share what is worked out once."""

from typing import Any

import numpy as np


class ByContent:
    """An array as it stands now: two are the same key where type and bytes are."""

    def __init__(self, array: np.ndarray) -> None:
        self._bytes, self._dtype, self._shape = array.tobytes(), array.dtype, array.shape

    @property
    def array(self) -> np.ndarray:
        """What stood in it, of the same shape; it can only be read."""
        return np.frombuffer(self._bytes, dtype=self._dtype).reshape(self._shape)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, ByContent)
            and self._bytes == other._bytes
            and self._shape == other._shape
            and self._dtype == other._dtype
        )

    def __hash__(self) -> int:
        return hash(self._bytes)  # to hash a type of many fields takes longer than all else


class Itself:
    """An object that is never changed: two are the same key only where it is the same object."""

    def __init__(self, thing: Any) -> None:
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Itself) and self.thing is other.thing

    def __hash__(self) -> int:
        return hash(id(self.thing))
