"""The engine: the whole month with its observation; the compiled county phases beside it."""

from benchmarks.peers.serving import Months, Shape, serve, shape_given
from benchmarks.speed import Timed, work_of
from benchmarks.worlds import mature_scenario


def start(shape: Shape) -> Months:
    """Return a world of equal villages before its first month."""
    last = shape.warm_up_months + shape.months - 1
    model = Timed(mature_scenario(shape.villages, last, shape.children_per_village))
    before: dict[str, int] = {}

    def begin() -> None:
        before.update(work_of(model))
        model.kernel_seconds = 0.0

    def work() -> dict[str, float]:
        done = {name: float(now - before[name]) for name, now in work_of(model).items()}
        return done | {"phases_cpu_seconds": model.kernel_seconds}

    def children() -> int:
        return int(model.state.sectors["n_children"].sum())

    return Months(children, lambda: model.run(model.months_done), begin, work)


if __name__ == "__main__":
    serve(start, shape_given())
