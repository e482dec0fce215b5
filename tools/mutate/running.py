"""Trials of many errors, several at a time, each in a process of its own; what was tried is kept."""

import hashlib
import json
import multiprocessing
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from tools.mutate.mutants import MODULES, Mutant, path_of
from tools.mutate.trial import Outcome, Reference, built, reference, try_out
from tools.own_packages import ROOT

FOLDER = ROOT / "build" / "mutation"


def outcomes_of(mutants: Sequence[Mutant], workers: int) -> Iterator[Outcome]:
    """Yield the outcome of each mutant: what is known first, then trials as they end."""
    built()  # once, for all forked processes
    context = multiprocessing.get_context("fork")
    with context.Pool(workers, maxtasksperchild=1) as pool:
        expected = pool.apply(reference)
        file = file_for(expected)
        known = {outcome.key: outcome for outcome in read(file)}
        yield from (known[mutant.key] for mutant in mutants if mutant.key in known)
        waiting = [mutant for mutant in mutants if mutant.key not in known]
        with file.open("a", encoding="utf-8") as stream:
            for outcome in pool.imap_unordered(partial(try_out, expected=expected), waiting):
                stream.write(json.dumps(outcome) + "\n")
                stream.flush()
                yield outcome


def file_for(expected: Reference) -> Path:
    """Where outcomes are kept: a file per state of the mutated modules and of what the worlds should give."""
    digest = hashlib.blake2b(json.dumps(expected).encode(), digest_size=8)
    for module in MODULES:
        digest.update(path_of(module).read_bytes())
    FOLDER.mkdir(parents=True, exist_ok=True)
    return FOLDER / f"{digest.hexdigest()}.jsonl"


def read(file: Path) -> Iterator[Outcome]:
    """Yield the outcomes in a file; a last line that a stopped command left unfinished is not one."""
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        if line.endswith("]"):
            yield Outcome(*json.loads(line))
