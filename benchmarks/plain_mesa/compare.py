"""The engine and the plain model side by side: after which month, in which column and for whom they differ.

``python -m benchmarks.plain_mesa.compare`` runs both through the scenarios of the tests and says whether they
agree. The first difference is put into words by the differ of ``tools``, as for two runs of the engine.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from benchmarks.plain_mesa import export
from benchmarks.plain_mesa.plain_model import PlainModel
from columns.layout import N_STATES
from columns.tallies import FLOWS, METERS, WAIT_BINS, WAIT_OUTCOMES
from model.calendar import month_text
from model.scale_up import ScaleUpModel
from model.scenario import Scenario
from tools.differ import lockstep
from tools.differ.wording import Wording

SHOWN_ROWS = 3


def run_both(scenario: Scenario, months: int) -> Iterator[tuple[ScaleUpModel, PlainModel]]:
    """Yield both models at the end of every month.

    Raises
    ------
    AssertionError
        At the first month after which they differ, with column, place or child, and both values.
    """
    engine, plain = ScaleUpModel(scenario), PlainModel(scenario)
    compare(engine, plain)
    for month in range(months):
        engine.run(month)
        plain.step()
        compare(engine, plain)
        compare_flows(engine, plain)
        yield engine, plain


def compare(engine: ScaleUpModel, plain: PlainModel) -> None:
    """Compare the state hashes; where they differ say where."""
    if engine.state_hash() != export.state_hash(plain):
        raise AssertionError("\n".join(explained(engine, plain)))


def compare_flows(engine: ScaleUpModel, plain: PlainModel) -> None:
    """Compare what happened in the last month, how filed cases have ended so far, and the work done."""
    month, names = engine.months_done - 1, engine.scenario.services.names
    counted = engine.observed.strata[month, 0, :, N_STATES:]
    for number, service in enumerate(names):
        for flow, seen in zip(FLOWS, counted[number].tolist(), strict=True):
            own = plain.flows[number, flow]
            assert seen == own, f"{month_text(month)}: {service} {flow}: engine {seen}, plain model {own}"
    waits = np.zeros_like(engine.observed.waits)
    for (number, outcome, wait), n in plain.waits.items():
        waits[number, WAIT_OUTCOMES.index(outcome), min(wait, WAIT_BINS - 1)] += n
    assert (waits == engine.observed.waits).all(), f"{month_text(month)}: waits of ended cases differ"
    work = Counter(dict(zip(METERS, engine.observed.meters[month].tolist(), strict=True)))
    assert work == plain.meters, f"{month_text(month)}: work done: engine {work}, plain model {plain.meters}"


def explained(engine: ScaleUpModel, plain: PlainModel) -> list[str]:
    """Return the first differences in words, a line each."""
    month = max(engine.months_done - 1, 0)
    left, right = lockstep.tables_of(engine), as_tables(plain)
    left = {name: left[name] for name in right}
    lockstep.check_sizes(left, right)
    when = f"at the end of {month_text(month)}" if engine.months_done else "before the first month"
    lines = [f"{when} the engine (first) and the plain model (second) differ:"]
    wording = Wording(engine, month)
    for difference in lockstep.differences(left, right, lockstep.owners(engine)):
        for row in difference.rows[:SHOWN_ROWS].tolist():
            for cell, ours, theirs in wording.values(difference, row, left, right):
                lines.append(f"  {wording.row(difference.column, row, left)}: {cell}: {ours} | {theirs}")
        if len(difference.rows) > SHOWN_ROWS:
            lines.append(f"  … and {len(difference.rows) - SHOWN_ROWS} more rows of {difference.column}")
    return lines


def as_tables(plain: PlainModel) -> lockstep.Tables:
    """Return the exported state as the differ takes it: lists with the county of each entry beside them."""
    exported = export.columns_of(plain)
    found: lockstep.Tables = {name.replace(".", "_"): array for name, array in exported.items()}
    for name, entries in export.entries_by_county(plain).items():
        found[name + lockstep.OF_COUNTY] = np.repeat(np.arange(len(entries)), [len(own) for own in entries])
    return found
