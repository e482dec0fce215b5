"""Speed and memory of the engine on worlds of several sizes, with the cost meter beside every speed.

``python -m benchmarks.speed VILLAGES`` measures one size and prints it as JSON: a size has a process of its
own, so that its memory is its own.
"""

import json
import statistics
import sys
from time import process_time
from typing import Any

from benchmarks.meters import peak_bytes
from benchmarks.worlds import CHILDREN_PER_VILLAGE, MEASURED_MONTHS, WARM_UP_MONTHS, mature_scenario
from columns.tallies import METERS
from model.scale_up import ScaleUpModel
from model.scenario import Scenario


class Timed(ScaleUpModel):
    """A model that adds up the processor time of its compiled county phases; its months are cut for that."""

    kernel_seconds = 0.0

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.pause_before("staff_posts", "account_costs")

    def before(self, phase: str, month: int) -> None:
        """As in every model, with a watch."""
        super().before(phase, month)
        if phase == "staff_posts":
            self.kernel_seconds -= process_time()
        elif phase == "account_costs":
            self.kernel_seconds += process_time()


def seconds_of_phases(scenario: Scenario, warm_up_months: int) -> float:
    """Return the processor time of the compiled county phases of a scenario after a warm-up."""
    model = Timed(scenario)
    model.run(warm_up_months - 1)
    model.kernel_seconds = 0.0
    model.run()
    seconds = model.kernel_seconds
    model.release()
    return seconds


def measure(
    n_villages: int,
    warm_up_months: int = WARM_UP_MONTHS,
    months: int = MEASURED_MONTHS,
    children_per_village: int = CHILDREN_PER_VILLAGE,
) -> dict[str, Any]:
    """Run a size on one thread and return its speed, work and memory.

    Returns
    -------
    dict
        ``child_months_per_cpu_second`` of whole months (median over months) and of the compiled county phases
        (mean, in a second run of the same); the work done per child-month; bytes per child of the columns and
        of everything the model holds; seconds that it took to assemble. Memory of the process includes
        Python and its packages.
    """
    compile_first()
    scenario = mature_scenario(n_villages, warm_up_months + months - 1, children_per_village)
    start = process_time()
    model = ScaleUpModel(scenario)
    assembled = process_time() - start
    model.run(warm_up_months - 1)
    before = work_of(model)
    seconds = []
    for month in range(warm_up_months, warm_up_months + months):
        start = process_time()
        model.run(month)
        seconds.append(process_time() - start)
    work = {meter: done - before[meter] for meter, done in work_of(model).items()}
    child_months, n_children = work.pop("child_months"), int(model.state.sectors["n_children"].sum())
    peak = peak_bytes()
    return {
        "villages": n_villages,
        "counties": len(model.state.counties),
        "children": n_children,
        "months": [warm_up_months, warm_up_months + months - 1],
        "child_months_per_cpu_second": child_months / months / statistics.median(seconds),
        "child_months_per_cpu_second_in_kernels": child_months / seconds_of_phases(scenario, warm_up_months),
        "per_child_month": {meter: done / child_months for meter, done in work.items()},
        "villages_with_worker_share": int(model.state.counties["n_active"].sum()) / n_villages,
        "bytes_per_child": {
            "columns": bytes_of(model.state) / n_children,
            "columns_tables_observations": bytes_of(model.state, model.tables, model.observed, model.spread)
            / n_children,
        },
        "assemble_cpu_seconds": assembled,
        "peak_process_bytes": peak,
    }


def compile_first() -> None:
    """Load or compile all kernels, so that no measured second contains it."""
    ScaleUpModel(mature_scenario(1, 1)).run()


def work_of(model: ScaleUpModel) -> dict[str, int]:
    """Work done so far, by meter."""
    return dict(zip(METERS, model.state.meters.sum(axis=0).tolist(), strict=True))


def bytes_of(*tuples: tuple[Any, ...]) -> int:
    """Bytes of all arrays in some tuples."""
    return sum(getattr(array, "nbytes", 0) for part in tuples for array in part)


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
