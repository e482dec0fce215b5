"""The benchmarks measure what they say; no test asks how fast anything is."""

import json

import numba
import pytest

from benchmarks import report
from benchmarks.__main__ import PARTS, main
from benchmarks.against_plain import measure as measure_against_plain
from benchmarks.compiling import compile_seconds
from benchmarks.meters import measured_apart
from benchmarks.speed import measure

pytestmark = pytest.mark.unit
WARM_UP, MONTHS, CHILDREN = 3, 4, 50


def test_work_and_memory_of_a_small_world_add_up():
    found = measure(8, 14, MONTHS, CHILDREN)
    assert found["villages"] == 8
    assert found["months"] == [14, 17]
    assert 380 < found["children"] < 420
    work = found["per_child_month"]
    assert set(work) == {"visits", "candidates", "open_spells", "queue_entries"}
    assert 0.05 < work["candidates"] < 0.12
    assert 0.01 < work["open_spells"] < 0.2
    assert work["visits"] > 0
    assert work["queue_entries"] > 0
    assert 0 < found["villages_with_worker_share"] <= 1
    whole, kernels = (found[f"child_months_per_cpu_second{part}"] for part in ("", "_in_kernels"))
    assert whole > 0
    assert kernels > 0
    columns, everything = found["bytes_per_child"].values()
    assert 36 < columns < everything


def test_both_models_are_measured_over_the_same_children():
    found = measure_against_plain(4, WARM_UP, MONTHS, CHILDREN)
    assert found["months"] == [3, 6]
    speed = found["child_months_per_cpu_second"]
    faster = found["times_faster_than_plain"]
    assert faster["engine"] == pytest.approx(speed["engine"] / speed["plain"])
    assert faster["compiled_phases"] == pytest.approx(speed["compiled_phases"] / speed["plain"])
    table = report.plain_table([found])
    assert f"| {found['children']:,} |" in table


def test_seconds_of_compilation_belong_to_the_function_that_takes_them():
    @numba.njit
    def inner(x):
        return x + 1.5

    @numba.njit
    def outer(x):
        return inner(x) * 2.5

    with compile_seconds() as seconds:
        assert outer(1.0) == 6.25
    names = {name.rpartition(".")[2]: taken for name, taken in seconds.items()}
    assert names["inner"] > 0
    assert names["outer"] > 0
    with compile_seconds() as again:
        outer(1.0)
    assert not again


def test_command_prints_and_writes_tables_and_numbers(tmp_path, capsys):
    size = ["--villages", "4", "--plain-villages", "2", "--children", str(CHILDREN)]
    length = ["--warm-up", str(WARM_UP), "--months", str(MONTHS)]
    assert main(["--only", "sizes", "plain", *size, *length, "--out", str(tmp_path)]) == 0
    numbers = json.loads((tmp_path / "engine.json").read_text())
    assert set(numbers) == {"machine", "sizes", "plain"}
    assert [row["villages"] for row in numbers["sizes"]] == [4]
    assert [row["villages"] for row in numbers["plain"]] == [2]
    page = (tmp_path / "engine.md").read_text()
    printed = capsys.readouterr().out
    assert numbers["machine"]["numba"] in page
    for section in ("## Engine by size", "## Beside plain Mesa"):
        assert section in page
        assert section in printed
    assert "## Compilation" not in page
    assert set(report.SECTIONS) == set(PARTS)


def test_compilation_table_shows_the_slowest_and_the_sum():
    functions = {f"model.part.f{i}": 20.0 - i for i in range(20)}
    found = {"cpu_seconds": functions, "all_functions_cpu_seconds": sum(functions.values())}
    table = report.compiling_table(found)
    assert "| model.part.f0 | 20.00 |" in table
    assert "| 8 others | 36.00 |" in table
    assert "| **all 20** | **210.0** |" in table


def test_a_measurement_that_fails_says_why():
    with pytest.raises(RuntimeError, match="0 villages cannot be divided"):
        measured_apart("speed", 0, WARM_UP, MONTHS, CHILDREN)
