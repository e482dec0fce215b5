"""Spells as columns: read from a table, selected, and asked whether they were served in time."""

import numpy as np
import pandas as pd
import pytest

from columns.layout import NO_MONTH
from results.measures.spells import SPELL_ENDS, Spells, happened_within, served_within


@pytest.mark.unit
def test_a_table_becomes_spells_and_keeps_its_rows(make_spells):
    made = make_spells(3, filed_month=[1, 2, 3], served_month=[1, NO_MONTH, 9])
    read = Spells.from_table(pd.DataFrame(vars(made)))
    assert len(read) == 3
    for name, column in vars(made).items():
        np.testing.assert_array_equal(getattr(read, name), column)
    assert read.where(read.served_month > 0).filed_month.tolist() == [1, 3]


@pytest.mark.unit
def test_missing_and_uneven_columns_are_named(make_spells):
    made = vars(make_spells(2))
    with pytest.raises(ValueError, match="lacks the columns found_month, helped"):
        Spells.from_table({name: made[name] for name in made if name not in ("found_month", "helped")})
    with pytest.raises(ValueError, match="differ in length"):
        Spells(**(made | {"child": np.arange(3)}))


@pytest.mark.unit
def test_within_counts_months_after_the_month_of_filing(make_spells):
    spells = make_spells(4, filed_month=[5, 5, 5, NO_MONTH], served_month=[5, 8, 9, 8])
    assert served_within(spells).tolist() == [True, True, False, False]
    assert served_within(spells, 0).tolist() == [True, False, False, False]
    assert not happened_within(np.array([NO_MONTH]), np.array([0]), 3)[0]


@pytest.mark.unit
def test_giving_up_first_is_not_one_wait(make_spells):
    spells = make_spells(3, filed_month=5, served_month=7, gave_up_month=[6, 4, 8])
    assert served_within(spells).tolist() == [False, True, True]
    assert len(SPELL_ENDS) == 6
