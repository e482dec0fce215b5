"""The benchmarks measure what they say; no test asks how fast anything is."""

import json
import math
import sys

import numba
import pytest

import benchmarks.country
import benchmarks.phases
import benchmarks.sweep
import benchmarks.threads
from benchmarks import beside, report, starting, targets
from benchmarks.__main__ import PARTS, RESULTS, main
from benchmarks.compiling import compile_seconds
from benchmarks.meters import measured_apart
from benchmarks.peers.serving import Shape
from benchmarks.speed import measure
from model.schedule import PHASES

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


def test_contenders_are_measured_in_turns_over_the_same_children():
    found = beside.measure(Shape(4, CHILDREN, WARM_UP, MONTHS), 2, beside.OURS)
    assert found["months"] == [3, 6]
    assert found["agents"]["engine"] == found["agents"]["plain"]
    assert [len(taken) for taken in found["ns"].values()] == [2, 2]
    ratios = [theirs / ours for theirs, ours in zip(found["ns"]["plain"], found["ns"]["engine"], strict=True)]
    assert found["times_engine"]["plain"] == pytest.approx(sum(ratios) / 2)
    assert found["times_phases"]["plain"] > 0  # of a run that is cut for it, hence not always more
    assert found["per_child_month"]["child_months"] == 1
    assert 0.05 < found["per_child_month"]["candidates"] < 0.12
    table = report.beside_table(found)
    assert f"| {found['agents']['engine']:,.0f} |" in table
    assert "Python's random numbers" in table


def test_a_contender_that_cannot_start_is_named():
    with pytest.raises(RuntimeError, match="engine could not be started"):
        beside.measure(Shape(0, CHILDREN, WARM_UP, MONTHS), 1, ("engine",))


def test_two_threads_phases_and_a_sweep_are_measured():
    threads = benchmarks.threads.measure(8, 2, MONTHS, CHILDREN)
    assert threads["same"]
    assert len(threads["ratios"]) == 2
    assert 0 < threads["serial_cpu_share"] < 1
    phases = benchmarks.phases.measure(8, 2, MONTHS, CHILDREN)
    assert list(phases["ns"]) == [phase.name for phase in PHASES]
    assert all(taken > 0 for taken in phases["ns"].values())
    sweep = benchmarks.sweep.measure(4, CHILDREN, 6, 3)
    assert len(sweep["cpu_seconds"]) == 3
    assert sweep["runs_per_cpu_second"] == pytest.approx(1 / sorted(sweep["cpu_seconds"])[1])
    country = benchmarks.country.measure("four_villages", 5)
    assert country["months"] == 6
    assert country["villages"] == 4
    assert 0 < country["build_cpu_seconds"] < country["cpu_seconds"]


def test_targets_know_what_is_better_and_what_was_not_measured():
    sizes = [
        {"villages": n, "children": 200 * n, "child_months_per_cpu_second": 1e8 / n**0.1,
         "bytes_per_child": {"columns": 60 - n / 1000}}
        for n in (100, 1_000, 10_000)
    ]  # fmt: skip
    assert targets.growth(sizes) == pytest.approx(1.1)
    assert math.isnan(targets.growth(sizes[:2]))
    assert targets.bytes_per_child(sizes) == 50
    found = {
        "sizes": {"result": sizes},
        "beside": {"result": {"ns": {"engine": [8.0, 9.0, 7.0]}, "times_engine": {}}},
    }
    rows = report.targets_table(found).splitlines()[2:]
    assert len(rows) == len(targets.TARGETS)
    assert "| 8 | 12.5 | 9 | aim reached |" in rows[0]
    assert "| not measured | 200 × | 280 × | – |" in rows[1]
    grown = next(row for row in rows if "exponent" in row)
    assert "| 1.1 | 1.05 | 1.02 | **missed** by 1 |" in grown
    faster = next(target for target in targets.TARGETS if target.more_is_better)
    assert "missed** by 2" in report.verdict(faster, faster.must / 2)
    assert report.verdict(faster, faster.must) == "reached"


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


def test_command_prints_and_writes_tables_and_keeps_what_is_not_measured_anew(tmp_path, capsys):
    before = {"help_cpu_seconds": 0.125, "first_run_cpu_seconds": 1.5, "help": [0.125], "first_run": [1.5]}
    starting_part = {"machine": {"processor": "another"}, "result": before}
    (tmp_path / "engine.json").write_text(json.dumps({"starting": starting_part, "unknown": {}}))
    options = ["--villages", "4", "--children", str(CHILDREN), "--out", str(tmp_path)]
    options += ["--warm-up", str(WARM_UP), "--months", str(MONTHS)]
    assert main(["--only", "sizes", *options]) == 0
    numbers = json.loads((tmp_path / "engine.json").read_text())
    assert set(numbers) == {"sizes", "starting"}
    assert [row["villages"] for row in numbers["sizes"]["result"]] == [4]
    assert numbers["starting"] == starting_part
    page = (tmp_path / "engine.md").read_text()
    assert numbers["sizes"]["machine"]["numba"] in page
    assert "processor another" in page
    assert page in capsys.readouterr().out
    for heading in ("## Targets", "## Engine by size", "## Start"):
        assert heading in page
    assert "## Compilation" not in page
    assert set(report.SECTIONS) == set(PARTS)


def test_cpu_seconds_are_those_of_the_command_alone():
    busy = "import time\nwhile time.process_time() < .3: pass"
    assert 0.25 < starting.cpu_seconds([sys.executable, "-c", busy]) < 3
    assert starting.first_run() > 0


@pytest.mark.docs
def test_the_page_on_performance_is_made_of_what_was_measured():
    found = report.load(RESULTS)
    assert report.DOCUMENT.read_text(encoding="utf-8") == report.document(found)
    assert (RESULTS / "engine.md").read_text(encoding="utf-8") == report.page(found)


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
