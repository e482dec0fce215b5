"""The command ``validate``: everything simulated in one folder that resumes, a page with pictures."""

from pathlib import Path
from typing import NamedTuple

from calibration.fitting import Plan
from calibration.validating import Sizes, run_validation
from calibration.validation_figures import pictures_of
from calibration.validation_page import page as page_of
from calibration.validation_page import short_line, write_page
from experiments.executors import open_pool
from experiments.running import compile_once
from results.memory import world_megabytes
from results.progress import bar

QUICK = Sizes(
    paths=20, whole=3, doubled=Plan(768, wave_rows=256, most_waves=2, fresh=20, best_of=2, right_fits=0)
)
PAGE = "validation.md"
IMAGES = "images"


class Written(NamedTuple):
    """What a validation says in short, and its files."""

    lines: list[str]
    paths: list[Path]


def validation(
    folder: Path,
    out: Path,
    *,
    page: Path | None = None,
    quick: bool = False,
    sizes: Sizes | None = None,
    workers: int | None = None,
    language: str = "en",
) -> Written:
    """Validate the calibration of a folder; write the page and its pictures.

    Parameters
    ----------
    folder
        Of the calibration.
    page
        Where the page goes; pictures go into ``images`` beside it. By default into ``out``.
    quick
        A fifth of the runs.
    sizes
        How much is simulated, if neither all nor a fifth.
    """
    compile_once()
    sizes = sizes or (QUICK if quick else Sizes())
    with open_pool(workers, "", world_megabytes("pilot_counties")) as pool, bar("validate") as progress:
        found = run_validation(folder, out, pool, sizes, progress)
    path = page or out / PAGE
    images = path.parent / IMAGES
    images.mkdir(parents=True, exist_ok=True)
    paths = [file for picture in pictures_of(found, language) for file in picture.save(images)]
    written = write_page(path, page_of(found, language, IMAGES))
    return Written([short_line(found, language)], [written, *paths])
