"""The engine: the whole month with its observation; the compiled county phases beside it."""

from benchmarks.peers.serving import Months, Shape, serve, shape_given
from benchmarks.speed import seconds_of_phases, work_of
from benchmarks.worlds import mature_scenario
from model.scale_up import ScaleUpModel


def start(shape: Shape) -> Months:
    """Return a world of equal villages before its first month."""
    last = shape.warm_up_months + shape.months - 1
    scenario = mature_scenario(shape.villages, last, shape.children_per_village)
    model = ScaleUpModel(scenario)
    before: dict[str, int] = {}

    def begin() -> None:
        before.update(work_of(model))

    def work() -> dict[str, float]:
        done = {name: float(now - before[name]) for name, now in work_of(model).items()}
        return done | {"phases_cpu_seconds": seconds_of_phases(scenario, shape.warm_up_months)}

    def children() -> int:
        return int(model.state.sectors["n_children"].sum())

    def run(n_months: int) -> None:
        model.run(model.months_done + n_months - 1)

    return Months(children, run, begin, work, model.release)


if __name__ == "__main__":
    serve(start, shape_given())
