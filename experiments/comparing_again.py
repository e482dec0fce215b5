"""The report of a finished comparison made anew from its folder, in either language: nothing is run."""

import json
from pathlib import Path

from experiments.asking import check_request
from experiments.compared import tables_of
from experiments.compared_files import FACTS, write_comparison
from experiments.comparing import study_of
from experiments.feasibility import concerns
from results.recording import ComparedPlayer

ABOUT = "experiment.json"


def comparison_again(
    folder: Path, language: str, strategies: Path | None = None, player: ComparedPlayer | None = None
) -> list[Path]:
    """Write the report and figures of a comparison in a language; return the paths, the page first.

    Strategies of the user's own are looked for in ``strategies``, as by ``compare``; ``player`` makes
    the page that the report embeds of the runs that the folder keeps to be played.

    Raises
    ------
    InputError
        If the strategies or the world are no longer there.
    """
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    same = about["same"]
    request = check_request(
        about["strategies"],
        world=same["world"],
        draws=same["draws"],
        draws_from=Path(same["draws_from"]) if same["draws_from"] else None,
        replications=max(facts["replications"] // max(facts["draws"], 1), 2),
        settings=same["parameters"],
        until=same["until"],
        folder=strategies,
        decompose=bool(facts.get("arms")),
        outcome=about["outcome"],
    )
    compared = tables_of(request, folder)
    kept = {key: facts[key] for key in ("made", "counts") if key in facts}
    kept["concerns"] = [(each.strategy, each.problem) for each in concerns(study_of(request))]
    told = compared._replace(facts={**compared.facts, **kept})
    return write_comparison(told, request, folder, language, player)
