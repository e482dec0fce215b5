"""Runs that share a past: a second model that stands where the first does and goes on under other rules.

What is tried from some month on (one more desk, a hundred more workers) has the same world before it. That
past is simulated once and copied, as a checkpoint would bring it back, but in memory; the copy cannot be told
from a run that was simulated from the beginning (tested).
"""

from model.assembly import Assembled
from model.checkpoint import PER_THREAD, columns_of
from model.scale_up import ScaleUpModel
from model.scenario import Scenario


def branch(model: ScaleUpModel, scenario: Scenario) -> ScaleUpModel:
    """Return a model of another scenario that has the past of this one; the first is left as it is.

    Parameters
    ----------
    model
        Between two months, without a log of events.
    scenario
        The same until then: world, seed, services, order and waves, and the numbers in force.

    Raises
    ------
    ValueError
        If the scenario has another past.
    """
    months = model.months_done
    if model.log_events or _past(model.scenario, months) != _past(scenario, months):
        raise ValueError("a branch must have the same past as the run it leaves, and no log of events")
    other = ScaleUpModel(scenario, model.n_threads, assembled=_copied(model))
    targets = columns_of(other, months)
    for name, column in columns_of(model, months).items():
        targets[name][...] = column
    for name in PER_THREAD:  # flows were cleared when the copy was taken for a beginning
        getattr(other.state, name)[...] = getattr(model.state, name)
    other.go_on(months, other.state, [])
    return other


def _copied(model: ScaleUpModel) -> Assembled:
    """Return what the model was built from, with copies of all that a run changes."""
    state = type(model.state)(*(column.copy() for column in model.state))
    tables = model.tables._replace(rules=model.tables.rules.copy(), redated=model.tables.redated.copy())
    return Assembled(
        model.world, state, tables, model.still, model.background, model.blocks, model.rank.copy()
    )


def _past(scenario: Scenario, months: int) -> tuple[object, ...]:
    """Return what decides the months before: all that must agree where two runs part."""
    strategy = scenario.strategy
    return (
        scenario.world_name,
        scenario.seed,
        scenario.children,
        scenario.services.content_hash,
        (strategy.order, strategy.ranking, strategy.waves),
        [(month, numbers.content_hash) for month, numbers in scenario.schedule if month < max(months, 1)],
    )
