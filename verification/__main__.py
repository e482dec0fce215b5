"""``python -m verification``: run every case, print the table, write docs/verification.md."""

import argparse
import sys
import time

from rich.console import Console
from rich.table import Table

from verification.cases import CASES
from verification.page import FILE, figure, page
from verification.rows import Case, Row
from verification.variance import variance_rows


def shown(case: Case, rows: list[Row], seconds: float) -> Table:
    """A case as a table for the terminal."""
    table = Table(
        title=f"{case.title}  ({seconds:.0f} s)", title_justify="left", title_style="bold", box=None
    )
    table.add_column("comparison")
    for name in ("theory", "simulated", "± s.e.", "z"):
        table.add_column(name, justify="right")
    table.add_column("verdict")
    for row in rows:
        z = "" if row.z is None else f"{row.z:+.2f}"
        error = "exact" if row.error == 0.0 else figure(row.error)
        verdict = "[green]agrees" if row.passes else "[bold red]DIFFERS"
        table.add_row(row.what, figure(row.theory), figure(row.simulated), error, z, verdict)
    return table


def main() -> int:
    """Run what is asked for; the exit code is 1 if anything differs."""
    parser = argparse.ArgumentParser(prog="python -m verification", description=__doc__)
    parser.add_argument("cases", nargs="*", help="names of cases; all by default")
    parser.add_argument("--short", action="store_true", help="fewer replications, nothing is written")
    chosen = parser.parse_args()
    names = [case.name for case in CASES]
    unknown = sorted(set(chosen.cases) - set(names))
    if unknown:
        parser.error(f"there is no case {', '.join(unknown)}; choose from {', '.join(names)}")
    console = Console()
    results: list[tuple[Case, list[Row]]] = []
    for case in CASES:
        if chosen.cases and case.name not in chosen.cases:
            continue
        start = time.perf_counter()
        rows = case.rows(chosen.short)
        results.append((case, rows))
        console.print(shown(case, rows, time.perf_counter() - start))
        console.print()
    differing = [row for _, rows in results for row in rows if not row.passes]
    total = sum(len(rows) for _, rows in results)
    console.print(f"{total - len(differing)} of {total} comparisons agree.")
    if not chosen.cases and not chosen.short:
        FILE.write_text(page(results, variance_rows()), encoding="utf-8")
        console.print(f"Written: {FILE}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
