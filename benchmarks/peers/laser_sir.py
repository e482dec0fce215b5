"""laser-generic: an SIR epidemic in as many patches as there are villages, on one thread."""

from math import isqrt

import laser.core.distributions as distributions
from laser.core import PropertySet
from laser.core.utils import grid
from laser.generic import SIR, Model

from benchmarks.peers.epidemic import (
    INFECTED_AT_FIRST,
    INFECTED_MONTHS,
    INFECTED_MONTHS_SD,
    INFECTIONS_PER_MONTH,
    SEED,
)
from benchmarks.peers.serving import Months, Shape, serve, shape_given, step_by_step


def start(shape: Shape) -> Months:
    """Return the model before its first tick; a tick is what its own loop does, without a progress bar."""
    children = shape.children_per_village
    rows = max(n for n in range(1, isqrt(shape.villages) + 1) if shape.villages % n == 0)
    places = grid(
        M=rows, N=shape.villages // rows, population_fn=lambda _row, _column: children, states=["S", "I", "R"]
    )
    places["I"] = max(round(INFECTED_AT_FIRST * children), 1)
    places["S"] = places.population - places["I"]
    n_ticks = shape.warm_up_months + shape.months
    settings = PropertySet({"nticks": n_ticks, "beta": INFECTIONS_PER_MONTH, "seed": SEED})
    model = Model(places, settings, states={"S", "I", "R"})
    lasting = distributions.normal(loc=INFECTED_MONTHS, scale=INFECTED_MONTHS_SD)
    model.components = [
        SIR.Susceptible(model),
        SIR.Recovered(model),
        SIR.Infectious(model, lasting),
        SIR.Transmission(model, lasting),
    ]
    ticks = iter(range(n_ticks))

    def step() -> None:
        tick = next(ticks)
        model._initialize_flows(tick)  # noqa: SLF001 - as in the loop of Model.run
        for component in model.components:
            component.step(tick)

    def work() -> dict[str, float]:
        return {"infected_share": float(model.nodes.I[n_ticks].sum() / model.people.count)}

    return Months(lambda: int(model.people.count), step_by_step(step), work=work)


if __name__ == "__main__":
    serve(start, shape_given())
