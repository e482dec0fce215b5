"""Arrays and other objects as keys of what is kept, where runs share what is worked out once."""

from typing import Any

import numpy as np


class ByContent:
    """An array as it stands now: two are the same key where type and bytes are."""

    def __init__(self, array: np.ndarray) -> None:
        self.array = array.copy()
        self._content = array.dtype, array.tobytes()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByContent) and self._content == other._content

    def __hash__(self) -> int:
        return hash(self._content)


class Itself:
    """An object that is never changed: two are the same key only where it is the same object."""

    def __init__(self, thing: Any) -> None:
        self.thing = thing

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Itself) and self.thing is other.thing

    def __hash__(self) -> int:
        return hash(id(self.thing))
