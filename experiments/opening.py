"""What every experiment has open while it runs: somewhere to make runs, the store of its folder, a bar."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from experiments.executors import Pool, open_pool
from experiments.store import RunStore
from experiments.study import Study
from results.memory import world_megabytes
from results.progress import Progress, bar


class Opened(NamedTuple):
    """Where runs are made, where they are kept, and who is told how far they are."""

    pool: Pool
    store: RunStore
    progress: Progress


@contextmanager
def opened(
    study: Study, out: Path, about: Mapping[str, Any], workers: int | None, dask: str, runs_in_memory: int = 1
) -> Iterator[Opened]:
    """Open a pool, the store of a folder and a bar; ``runs_in_memory`` is how many a worker holds at once.

    Raises
    ------
    InputError
        If memory does not reach, the cluster does not answer, or the folder holds another experiment.
    """
    memory = runs_in_memory * world_megabytes(study.world)
    with (
        open_pool(workers, dask, memory) as pool,
        RunStore(out, dict(about)) as store,
        bar(study.world_name) as progress,
    ):
        yield Opened(pool, store, progress)


@contextmanager
def folder_of(out: Path | str | None) -> Iterator[Path]:
    """Hand out the folder that a notebook names, or one that goes when the block ends."""
    if out is not None:
        yield Path(out)
        return
    with TemporaryDirectory() as folder:
        yield Path(folder) / "runs"


def taken(options: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Take the options of some names out of all that a notebook gave."""
    return {name: options.pop(name) for name in names if name in options}
