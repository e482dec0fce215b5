"""The county table: what was published, and how blanks are filled."""

import numpy as np
import pandas as pd
import pytest

from model import counties
from model.counties import check_counties, load_counties, load_pilot_counties, load_provinces, load_published

pytestmark = pytest.mark.unit


def test_published_totals() -> None:
    table = load_published()
    assert len(table) == 2978
    assert table.villages.sum() == 486_803
    assert table.communities.sum() == 127_170
    assert table.other_units.sum() == 6_600
    assert table.townships.sum() == 41_352
    assert table.children_2010.sum() == pytest.approx(278.7e6, abs=5e4)
    assert table.children_2020.sum() == pytest.approx(295.8e6, abs=5e4)
    assert table.poor_2014.sum() == 831


@pytest.mark.parametrize("column", ["children_2010", "children_2020"])
def test_filling_keeps_the_national_count(column: str) -> None:
    assert load_counties()[column].sum() == load_published()[column].sum()


@pytest.mark.parametrize("column", ["children_2010", "children_2020"])
def test_filling_keeps_the_count_of_every_province(column: str) -> None:
    filled, published = (
        t.groupby("province_code")[column].sum() for t in (load_counties(), load_published())
    )
    assert (filled - published).abs().max() <= 1  # rounding passes a fraction to the next county


def test_nothing_is_left_blank_and_counts_are_whole() -> None:
    table = load_counties()
    needed = [*counties.SHARES, *counties.CHILDREN, "ruggedness_m"]
    assert not table[needed].isna().any().any()
    assert all(table[name].dtype == np.int64 for name in counties.CHILDREN)
    assert (table[list(counties.CHILDREN)].min() >= 0).all()
    for name in counties.SHARES:
        if name not in counties.RATIOS:
            assert table[name].between(0, 1).all()


def test_what_is_not_marked_is_as_published() -> None:
    filled, published = load_counties(), load_published()
    own = filled.filled == 0
    assert own.mean() > 0.6
    for name in (*counties.CHILDREN, *counties.SHARES):
        pd.testing.assert_series_equal(
            filled.loc[own, name].astype(float), published.loc[own, name], check_names=False
        )


def test_marks_say_what_was_filled() -> None:
    filled, published = load_counties(), load_published()
    counted = filled.filled & counties.NO_CENSUS == 0
    for bit, name in (
        (counties.FILLED_CHILDREN_2010, "children_2010"),
        (counties.FILLED_CHILDREN_2020, "children_2020"),
    ):
        blank = published[name].isna() & counted
        assert (filled.filled[blank] & bit > 0).all()
    assert (filled.filled[published.boundary_changed == 1] & counties.FILLED_CHILDREN_2010 > 0).all()
    gave = (filled.filled & counties.GAVE_CHILDREN > 0).sum()
    assert 0 < gave < 1000


def test_parents_give_no_more_than_they_lost() -> None:
    """A county keeps at least what it would have if it had grown like its area."""
    filled, published = load_counties(), load_published()
    gave = (filled.filled & counties.GAVE_CHILDREN > 0) & published.children_2010.notna()
    assert (filled.children_2010[gave] > 0.3 * published.children_2010[gave]).all()


def test_boundaries_that_changed_do_not_jump() -> None:
    changed = load_counties()[load_published().boundary_changed == 1]
    ratio = changed.children_2020 / changed.children_2010
    assert ratio.between(0.6, 2).all()


def test_new_district_has_children_at_both_censuses() -> None:
    table = load_counties().set_index("county_code")
    for code in (140213, 460202, 654004):  # Pingcheng, Haitang, Khorgas: all founded after 2010
        assert table.children_2010[code] > 0
        assert table.filled[code] & counties.FILLED_CHILDREN_2010


def test_counties_without_a_census_have_no_children() -> None:
    table = load_counties().set_index("county_code")
    for code in counties.NOT_IN_CENSUS:
        assert table.children_2010[code] == table.children_2020[code] == 0


def test_provinces() -> None:
    table = load_provinces()
    assert len(table) == 31
    assert table.minority_eight.sum() == 8
    assert set(table.province_code) == set(load_published().province_code)


def test_pilot_counties() -> None:
    chosen = load_pilot_counties()
    table = load_published().merge(chosen, on="county_code")
    assert len(chosen) == len(table) == 12
    known = set(chosen.county_code[chosen.known == "known"])
    assert known == {533124, 533102, 533123, 410328, 140823, 654021, 654023}
    assert set(table.province_code) == {41, 51, 14, 65, 53}
    assert table.villages.sum() == pytest.approx(1840, abs=10)
    units = table.villages + table.communities + table.other_units
    assert units.sum() == pytest.approx(2070, abs=10)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("townships", 0),
        ("villages", -1),
        ("children_2010", -5),
        ("rural_share_2010", 1.2),
        ("minority_share", -0.1),
        ("household_size", 0.0),
        ("region", "north"),
    ],
)
def test_impossible_values_are_refused_by_name(column: str, value: object) -> None:
    table = load_published().copy()
    table[column] = table[column].astype(object)
    table.loc[3, column] = value
    with pytest.raises(ValueError, match=rf"mine\.csv, county {table.county_code[3]}, column {column}"):
        check_counties(table, "mine.csv")


def test_a_code_twice_is_refused() -> None:
    table = pd.concat([load_published(), load_published().head(1)], ignore_index=True)
    with pytest.raises(ValueError, match="110101 stands twice"):
        check_counties(table, "mine.csv")


def test_a_county_without_units_is_refused() -> None:
    table = load_published().copy()
    table.loc[0, ["villages", "communities", "other_units"]] = 0
    with pytest.raises(ValueError, match="at least one unit"):
        check_counties(table, "mine.csv")
