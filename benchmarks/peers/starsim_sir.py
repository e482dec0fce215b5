"""Starsim: an SIR epidemic in a mixing pool (``pool``) or over a random network (``network``)."""

import sys
from functools import partial

import starsim as ss

from benchmarks.peers.epidemic import (
    CONTACTS,
    INFECTED_AT_FIRST,
    INFECTED_MONTHS,
    INFECTED_MONTHS_SD,
    INFECTIONS_PER_MONTH,
    SEED,
)
from benchmarks.peers.serving import Months, Shape, serve, shape_given, step_by_step


def start(shape: Shape, route: str) -> Months:
    """Return the simulation before its first step; births and deaths are left out."""
    per_contact = INFECTIONS_PER_MONTH if route == "pool" else INFECTIONS_PER_MONTH / CONTACTS
    epidemic = ss.SIR(
        beta=ss.permonth(per_contact),
        init_prev=INFECTED_AT_FIRST,
        dur_inf=ss.lognorm_ex(mean=ss.months(INFECTED_MONTHS), std=ss.months(INFECTED_MONTHS_SD)),
        p_death=0.0,
    )
    pool = ss.MixingPool(n_contacts=ss.constant(1), beta=1.0)
    sim = ss.Sim(
        n_agents=shape.agents,
        start=ss.date("2010-05-01"),
        dur=ss.months(shape.warm_up_months + shape.months),
        dt=ss.month,
        diseases=epidemic,
        networks=pool if route == "pool" else ss.RandomNet(n_contacts=CONTACTS),
        rand_seed=SEED,
        verbose=0,
    )
    sim.init()
    people = sim.people
    return Months(
        lambda: len(people),
        step_by_step(sim.run_one_step),
        work=lambda: {"infected_share": float(sim.diseases.sir.infected.sum() / len(people))},
    )


if __name__ == "__main__":
    serve(partial(start, route=sys.argv[5]), shape_given())
