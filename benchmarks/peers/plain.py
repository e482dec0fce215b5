"""The plain Mesa model of the same rules, with Python's own random numbers."""

from benchmarks.meters import peak_bytes
from benchmarks.peers.serving import Months, Shape, serve, shape_given, step_by_step
from benchmarks.plain_mesa.plain_model import PlainModel
from benchmarks.worlds import mature_scenario

GROWN: list[float] = []
"""Bytes by which each run made the process grow; those after the first find room that was freed."""


def start(shape: Shape) -> Months:
    """Return the engine's world as objects."""
    last = shape.warm_up_months + shape.months - 1
    scenario = mature_scenario(shape.villages, last, shape.children_per_village)
    before = peak_bytes() or 0
    model = PlainModel(scenario, keyed=False)
    GROWN.append(float((peak_bytes() or 0) - before))
    return Months(
        lambda: sum(sector.n_children() for sector in model.sectors),
        step_by_step(model.step),
        work=lambda: {"bytes": max(GROWN)},
    )


if __name__ == "__main__":
    serve(start, shape_given())
