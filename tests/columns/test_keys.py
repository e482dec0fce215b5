"""Keys of what runs share: arrays by their content, other objects by being the same."""

import numpy as np
import pytest

from columns.keys import ByContent, Itself

pytestmark = pytest.mark.unit


def test_arrays_are_one_key_where_type_and_content_are_equal():
    array = np.arange(3)
    key = ByContent(array)
    array[0] = 7
    assert key.array.tolist() == [0, 1, 2]
    assert {key, ByContent(np.arange(3))} == {key}
    assert len({key, ByContent(array), ByContent(np.arange(3, dtype=np.int32)), ByContent(np.zeros(3))}) == 4
    assert key != "text"


def test_other_objects_are_a_key_by_themselves():
    one, other = [1], [1]
    assert Itself(one) == Itself(one)
    assert len({Itself(one), Itself(one), Itself(other)}) == 2
    assert Itself(one) != one
