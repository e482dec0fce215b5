"""What can be taken away from a run: workbook, all files of ``run.py simulate``, a hand-out that plays."""

import io
import json
import tempfile
import threading
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from app.catalogue import catalogue, chart_library, texts
from app.limits import Limits
from app.shell import whole_page
from model.scale_up import ScaleUpModel
from results.feasibility import shortages, told
from results.page import compressed
from results.recording import Recorder, as_json
from results.view import view_of
from results.workbook import write_workbook
from results.write import facts_of, write_run

LARGEST_BYTES = 2_000_000
"""Of a hand-out; runs of larger ones are handed out county by county."""
_DRAWING = threading.Lock()
"""Pictures are drawn one run at a time."""


def results_archive(recorder: Recorder, messages: Sequence[str], language: str) -> bytes:
    """Return a zip archive of tables, figures and report of a complete run with children."""
    buffer = io.BytesIO()
    notes = {"shortages": _shortages(recorder)}
    with tempfile.TemporaryDirectory() as folder, _DRAWING:
        files = write_run(
            recorder.model, Path(folder) / "run", language, {}, notes, messages=messages, player=player
        )
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                archive.write(path, path.relative_to(folder))
    return buffer.getvalue()


def workbook(recorder: Recorder, language: str) -> bytes:
    """Return the workbook of a complete run with children, its formulas live."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results.xlsx"
        view = view_of(recorder.model, _shortages(recorder))
        write_workbook(path, view, facts_of(recorder.model), language)
        return path.read_bytes()


def _shortages(recorder: Recorder) -> dict[str, list[str]]:
    """Return what the plan of a run asks for and cannot have, by language."""
    return told(shortages(ScaleUpModel(recorder.model.scenario)))


def player(messages: Sequence[str], language: str) -> str:
    """Return the page that plays one run, to be embedded in its report."""
    return hand_out([recording(messages)], [], [], Limits(), language)


def compared_player(runs: Sequence[Sequence[str]], told: Sequence[dict[str, Any]], language: str) -> str:
    """Return the page that plays the first run beside each of the others, to be embedded in a report.

    ``told`` are the paired differences of each of the others to the first.
    """
    recordings = [recording(messages) for messages in runs]
    first, *others = (each["asked"] for each in recordings)
    comparisons = [
        {"first": first, "second": second, "message": message}
        for second, message in zip(others, told, strict=True)
    ]
    return hand_out(recordings, comparisons, [], Limits(), language, ("compare",))


def hand_out(
    recordings: Sequence[dict[str, Any]],
    comparisons: Sequence[dict[str, Any]],
    lives: Sequence[dict[str, Any]],
    limits: Limits,
    language: str | None = None,
    views: Sequence[str] = (),
) -> str:
    """Return the whole page as one file that plays recorded runs without a server.

    Parameters
    ----------
    recordings
        ``asked`` as the page would ask for it, and the ``messages`` of the run; the first opens by itself.
    comparisons
        ``first`` and ``second`` as asked, and the last ``message`` of the comparison.
    lives
        Children followed, one of a story.
    limits
        Those of the application.
    language
        In which it opens; by default that of the reader's system.
    views
        What it shows, the first opens; by default all that it has something for.
    """
    has = {
        "play": recordings,
        "compare": comparisons,
        "child": lives,
        "lessons": comparisons and lives,
    }
    shown = views or [name for name, something in has.items() if something]
    recorded = {"comparisons": comparisons, "lives": lives, "views": shown}
    parts = _shared(limits) | {name: compressed(as_json(content)) for name, content in recorded.items()}

    def page(runs: Sequence[dict[str, Any]]) -> str:
        return whole_page(parts | {"recordings": compressed(as_json(runs))}, language)

    whole = page(recordings)
    return whole if len(whole.encode()) <= LARGEST_BYTES else page([by_county(run) for run in recordings])


@cache
def _shared(limits: Limits) -> dict[str, str]:
    """Return the parts that all hand-outs have in common, compressed."""
    known = {"catalogue": catalogue(limits), "texts": texts(), "charts": chart_library()}
    return {name: compressed(as_json(content)) for name, content in known.items()}


def recording(messages: Sequence[str]) -> dict[str, Any]:
    """Return the recording of a run from its messages."""
    opening, *frames = (json.loads(message) for message in messages)
    asked = {
        **{name: opening[name] for name in ("world", "strategy", "parameters", "seed", "until")},
        "children": "all" if opening["has_children"] else "none",
    }
    return {"asked": asked, "messages": [opening, *frames]}


def by_county(recorded: dict[str, Any]) -> dict[str, Any]:
    """Return a recording without its villages: those of a whole country are more than a file should hold."""
    opening, *frames = recorded["messages"]
    places = opening["places"] | {"villages": "", "village_names": [], "township_names": []}
    messages = [opening | {"places": places}, *(frame | {"posts_changed": ""} for frame in frames)]
    return recorded | {"messages": messages}
