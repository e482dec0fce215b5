"""A small place of a user's own, as tables: two counties off the national list, seven villages."""

import pandas as pd
import pytest

COUNTIES = [
    {"county_code": 530981, "county": "甲新县", "not_on_list": True, "fiscal_index": 1.0},
    {"county_code": 530982, "county": "乙新县", "not_on_list": True, "fiscal_index": 0.8},
]
VILLAGES = [
    {
        "county_code": 530981 + (number > 3),
        "township": "大河镇" if number % 2 else "小河乡",
        "village": f"村{number}",
        "kind": "community" if number == 3 else "village",
        "households": 100 + 10 * number,
        "children_2020": 70.0 + 5 * number,
        "hours_to_township": 0.5,
        "hours_to_county": 0.8 + 0.5 * (number > 5),
        "poverty": 0.3,
        "minority": 0.4,
        "left_behind": 0.4,
        "hiv_affected": 0.05,
        "migrant": 0.1,
        "post_month": 6.0 if number == 1 else float("nan"),
    }
    for number in range(1, 8)
]
TOWNSHIPS = [
    {"county_code": 530981, "township": "大河镇", "civil_affairs_fte": 0.05, "clinic_fte": 0.02},
    {"county_code": 530982, "township": "小河乡", "civil_affairs_fte": 0.05, "clinic_fte": 0.02},
]


@pytest.fixture
def frames() -> dict[str, pd.DataFrame]:
    """Checked tables, fresh for every test."""
    return {
        "counties": pd.DataFrame(COUNTIES),
        "villages": pd.DataFrame(VILLAGES),
        "townships": pd.DataFrame(TOWNSHIPS),
    }
