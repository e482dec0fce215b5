"""Commands that ask further questions of runs: what drives outcomes, where a choice holds."""

from pathlib import Path
from typing import Annotated, Any

import typer

from commands.experimenting import FailFast, Strategies, Workers, tell
from commands.shared import AsJson, Dask, Language, Stopped, app, files_lines, say


@app.command(epilog="Example: python run.py sensitivity runs/sweep --method morris")
def sensitivity(
    language: Language,
    source: Annotated[Path, typer.Argument(help="Folder of a sweep or comparison, or the file of a design.")],
    method: Annotated[
        str, typer.Option("--method", help="pawn makes no runs; morris and sobol make their own.")
    ] = "pawn",
    outcome: Annotated[
        str, typer.Option("--outcome", help="What figures and sentences are about.")
    ] = "effective_coverage_share",
    draws: Annotated[
        int | None,
        typer.Option("--draws", min=2, help="Trajectories of morris (20), or points of sobol (256)."),
    ] = None,
    replications: Annotated[
        int | None, typer.Option("--replications", min=1, help="Seeds per draw; by default as the design.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="For morris and sobol; by default within the source.")
    ] = None,
    workers: Workers = None,
    dask: Dask = "",
    fail_fast: FailFast = False,
    strategies: Strategies = None,
    as_json: AsJson = False,
) -> None:
    """Say which uncertain numbers drive the outcomes, with intervals, figures and tables."""
    from experiments.sensed_files import sentences_of, write_sensitivity
    from experiments.sensing import METHODS, sensitivity
    from model.text import text

    more: dict[str, Any] = {}
    if method in METHODS[1:]:
        more = {
            "out": out, "draws": draws, "replications": replications, "workers": workers, "dask": dask,
            "fail_fast": fail_fast, "strategies": strategies, "language": language,
        }  # fmt: skip
    try:
        found = sensitivity(source, method, outcome=outcome, **more)
    except KeyboardInterrupt:
        raise Stopped(text("experiment.resume", language)) from None
    paths = write_sensitivity(found, language)
    said = sentences_of(found, language)
    told(said, paths, found.facts, language, as_json)
    if not as_json:
        counts = {state: found.bank.counts[state] for state in ("done", "failed", "planned")}
        tell(found.bank.folder, counts, found.facts["made"], language, as_json)


def told(said: list[str], paths: list[Path], facts: dict[str, Any], language: str, as_json: bool) -> None:
    """Print what was found and where it stands."""
    everything = {"found": said, **facts, "files": list(map(str, paths))}
    say([*said, *files_lines(paths, language)], as_json, everything)


@app.command(epilog="Example: python run.py robustness runs/sweep --target 0.5")
def robustness(
    language: Language,
    folder: Annotated[Path, typer.Argument(help="Folder of a sweep or comparison.")],
    outcome: Annotated[str, typer.Option("--outcome", help="What is judged.")] = "effective_coverage_share",
    target: Annotated[
        float | None,
        typer.Option("--target", help="What must be reached; by default the mean of the best strategy."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which strategy holds where numbers are not known: regret, targets, failures, what to learn."""
    from experiments.robust import robustness
    from experiments.robust_files import judged_of, write_robustness
    from results.robust_words import robust_sentences

    found = robustness(folder, outcome=outcome, target=target)
    paths = write_robustness(found, language)
    facts = {"target": found.target, "n": found.facts["n"], "misses": found.facts["misses"]}
    told(robust_sentences(judged_of(found), language), paths, facts, language, as_json)
