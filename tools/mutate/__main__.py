"""``make mutate``: try a sample of errors in the kernels and write ``docs/mutation.md``.

What was tried is kept in ``build/mutation`` and not tried again while the kernels and what they give stay as
they are, so a command that was stopped goes on where it was. The exit status is 1 if too few errors are
caught, or one that was not has no reason in ``survivors.yaml``.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence

from tools.own_packages import ROOT, environment, install

SAMPLE, SEED = 300, 1
UNCOMPILED = "NUMBA_DISABLE_JIT"
TELL_EVERY = 25


def main(given: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutate", description=__doc__.split("\n\n")[0])
    parser.add_argument("--sample", type=int, default=SAMPLE, help="how many errors")
    parser.add_argument("--seed", type=int, default=SEED, help="chooses the sample")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="trials at a time")
    parser.add_argument("--show", action="store_true", help="print the page and write nothing")
    arguments = parser.parse_args(given)
    if os.environ.get(UNCOMPILED) != "1":
        return again(sys.argv[1:] if given is None else given)
    from tools.mutate.mutants import all_mutants
    from tools.mutate.page import FILE, failures, page
    from tools.mutate.running import outcomes_of

    mutants = all_mutants(arguments.seed)
    chosen = mutants[: arguments.sample]
    outcomes = {}
    for outcome in outcomes_of(chosen, arguments.workers):
        outcomes[outcome.key] = outcome
        if len(outcomes) % TELL_EVERY == 0 or len(outcomes) == len(chosen):
            survived = sum(not one.caught_by for one in outcomes.values())
            print(
                f"{len(outcomes)} of {len(chosen)} tried, {survived} not caught", file=sys.stderr, flush=True
            )
    tried = [(mutant, outcomes[mutant.key]) for mutant in chosen]
    text = page(tried, len(mutants), arguments.seed)
    if arguments.show:
        print(text)
    else:
        FILE.write_text(text, encoding="utf-8")
        print(f"Written: {FILE.relative_to(ROOT)}")
    found = failures(tried)
    print("\n".join(found) or "Enough errors are caught, and every other one has its reason.")
    return 1 if found else 0


def again(given: Sequence[str]) -> int:
    """Run the command in a process where kernels are plain Python and cosmic-ray is found."""
    settings = environment(install("mutation"), **{UNCOMPILED: "1"})
    command = [sys.executable, "-m", "tools.mutate", *given]
    return subprocess.run(command, cwd=ROOT, env=settings, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
