"""A run without children: its files agree with one another, and its page needs nobody else."""

import json

import pandas as pd
import pytest

from results.simulate import simulate_and_write

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module", params=["en", "zh"])
def folder(request, tmp_path_factory):
    out = tmp_path_factory.mktemp("spread") / request.param
    simulate_and_write("history", "pilot_counties", "none", [], 1, "2018-12", 1, out, request.param)
    return out


def test_counties_villages_and_series_agree(folder):
    series = pd.read_parquet(folder / "series.parquet")
    counties, villages = (pd.read_parquet(folder / f"{name}.parquet") for name in ("counties", "villages"))
    last = series[series["month"] == "2018-12"]["villages_with_post"].sum()
    filled = villages["post"].isin(["designated", "training", "active"])
    assert last == counties["villages_with_post"].sum() == filled.sum() > 500
    assert (filled.groupby(villages["county_code"]).sum().to_numpy() == counties["villages_with_post"]).all()
    assert villages["start_month"][filled].notna().all()
    assert (villages["start_month"].dropna() < 104).all()
    assert (
        json.loads((folder / "summary.json").read_text(encoding="utf-8"))["villages_with_post"]["value"]
        == last
    )
    assert set(json.loads((folder / "schema.json").read_text(encoding="utf-8"))["villages"]) == set(villages)


def test_the_page_has_its_pictures_and_asks_nobody(folder):
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 2
    assert "GeoNames" in page
    assert "--children none" in page
    assert 'src="http' not in page
    assert {path.stem for path in (folder / "figures").iterdir()} == {"spread", "places"}
