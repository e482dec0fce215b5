"""``docs/geography.md`` agrees with the code."""

import pytest

from model.geography_checks import PAGE, with_tables

pytestmark = pytest.mark.docs


def test_printed_tables_are_those_of_the_code() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert with_tables(page) == page, "docs/geography.md is out of date: python -m model.geography_checks"
