"""What can be taken away from a run: all files that ``run.py simulate`` writes, and a hand-out that plays."""

import base64
import gzip
import io
import json
import tempfile
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.catalogue import catalogue, chart_library, texts
from app.limits import Limits
from app.recording import Recorder
from app.shell import whole_page
from app.work import as_json
from results.write import write_run

_DRAWING = threading.Lock()
"""Pictures are drawn one run at a time."""


def results_archive(recorder: Recorder, language: str) -> bytes:
    """Return a zip archive of tables, figures and report of a complete run with children."""
    buffer = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, _DRAWING:
        files = write_run(recorder.model, Path(folder) / "run", language, {})
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in files:
                archive.write(path, path.relative_to(folder))
    return buffer.getvalue()


def hand_out(
    recordings: Sequence[dict[str, Any]],
    comparisons: Sequence[dict[str, Any]],
    lives: Sequence[dict[str, Any]],
    limits: Limits,
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
    """
    known = {"catalogue": catalogue(limits), "texts": texts(), "recordings": recordings}
    known |= {"comparisons": comparisons, "lives": lives}
    return whole_page(chart_library(), {name: packed_text(content) for name, content in known.items()})


def packed_text(content: Any) -> str:
    """Return JSON, compressed, as base64."""
    return base64.b64encode(gzip.compress(as_json(content).encode(), mtime=0)).decode()


def recording(messages: Sequence[str]) -> dict[str, Any]:
    """Return the recording of a run from the messages of its job."""
    opening, *frames = (json.loads(message) for message in messages)
    asked = {
        **{name: opening[name] for name in ("world", "strategy", "parameters", "seed", "until")},
        "children": "all" if opening["has_children"] else "none",
    }
    return {"asked": asked, "messages": [opening, *frames]}
