"""Designs of draws: what each method promises."""

import numpy as np
import pytest

from experiments.draws import (
    METHODS,
    Axis,
    DrawTable,
    Sampling,
    factorial,
    latin_hypercube,
    one_at_a_time,
    sobol,
    write_draws,
)
from model.declarations import Value, declarations

LINEAR = Axis("find_multiplier", 0.5, 1.5)
LOG = Axis("mandate_hazard_per_month", 0.001, 0.1, logarithmic=True)


@pytest.mark.unit
def test_factorial_has_every_combination_once_the_last_changing_fastest():
    rows = list(
        factorial(
            Sampling("factorial", (Axis("scope", values=("universal", "vulnerable")), LINEAR), levels=3)
        )
    )
    assert [tuple(row.values()) for row in rows] == [
        ("universal", 0.5), ("universal", 1.0), ("universal", 1.5),
        ("vulnerable", 0.5), ("vulnerable", 1.0), ("vulnerable", 1.5),
    ]  # fmt: skip


@pytest.mark.unit
def test_one_at_a_time_moves_one_and_holds_the_others_at_their_default():
    rows = list(one_at_a_time(Sampling("one_at_a_time", (LINEAR, LOG))))
    base = {axis.name: declarations()[axis.name].default for axis in (LINEAR, LOG)}
    assert rows[0] == base
    moved = [{name for name in base if row[name] != base[name]} for row in rows[1:]]
    assert sorted(len(names) for names in moved) == [1] * (len(rows) - 1)
    assert len(rows) == 5


@pytest.mark.property
@pytest.mark.parametrize("n", [1, 7, 64])
def test_a_latin_hypercube_hits_every_stratum_of_every_number_once(n):
    rows = list(latin_hypercube(Sampling("latin_hypercube", (LINEAR, LOG), draws=n, seed=5)))
    strata = np.floor((np.array([row["find_multiplier"] for row in rows], dtype=float) - 0.5) * n)
    assert sorted(strata) == list(range(n))
    logs = np.log([row["mandate_hazard_per_month"] for row in rows])
    assert sorted(np.floor((logs - np.log(0.001)) / np.log(100) * n)) == list(range(n))


@pytest.mark.property
def test_sobol_points_go_on_where_they_stopped_and_are_even():
    few = list(sobol(Sampling("sobol", (LINEAR, LOG), draws=24)))
    more = list(sobol(Sampling("sobol", (LINEAR, LOG), draws=64)))
    assert more[:24] == few
    quarters = np.floor((np.array([row["find_multiplier"] for row in more], dtype=float) - 0.5) * 4)
    assert np.bincount(quarters.astype(int)).tolist() == [16] * 4


@pytest.mark.unit
def test_whole_numbers_take_each_value_equally_often():
    axis = Axis("pilot_posts", 5, 8)
    values = [axis.at(q) for q in np.linspace(0, 1, 401)[:-1] + 1e-9]
    assert {value: values.count(value) for value in (5, 6, 7, 8)} == {5: 100, 6: 100, 7: 100, 8: 100}
    assert axis.at(1.0) == 8


@pytest.mark.unit
@pytest.mark.parametrize("method", [name for name in METHODS if name not in ("table", "posterior")])
def test_seeds_decide_and_nothing_else(method):
    sampling = Sampling(method, (LINEAR, LOG), draws=8)
    assert list(METHODS[method](sampling)) == list(METHODS[method](sampling))
    other = list(METHODS[method](sampling._replace(seed=2)))
    assert (other != list(METHODS[method](sampling))) == sampling.is_sampled


@pytest.mark.unit
def test_draws_come_back_from_their_file_in_any_order(tmp_path, monkeypatch):
    monkeypatch.setattr("experiments.draws.ROWS_AT_ONCE", 4)
    rows: list[dict[str, Value]] = [{"find_multiplier": k / 10, "scope": "universal"} for k in range(10)]
    rows.append({"scope": "vulnerable"})
    assert write_draws(tmp_path / "draws.parquet", ["find_multiplier", "scope"], iter(rows)) == 11
    table = DrawTable(tmp_path / "draws.parquet")
    assert [table.values(draw) for draw in (11, 1, 6, 5)] == [rows[10], rows[0], rows[5], rows[4]]
    assert [number for number, _ in table] == list(range(1, 12))
    assert DrawTable(None).values(0) == {}
    assert list(DrawTable(None)) == [(0, {})]
