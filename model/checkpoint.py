"""Checkpoints: a run that was stopped goes on from its last one as if it had never stopped.

A checkpoint is a folder with two files. ``columns.npys`` holds raw columns: all that a next month reads and
what was observed so far. ``manifest.json`` says what lies where, with a hash of every column, and to what
it belongs: engine, data, places, scenario. The folder is filled under another name, forced onto the disk and
renamed, so there is a whole checkpoint or none. The last two are kept. The log of events only grows, so it is
written in parts beside the checkpoints, once each. What follows from the scenario (thresholds, curves) is
worked out again instead.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from columns.column_file import Place, damaged_column, read_columns, write_columns
from columns.state_hash import hash_arrays
from model.parameters import HASH_BYTES
from model.problems import InputError, Problem
from model.scale_up import ScaleUpModel
from model.scenario import Scenario
from model.source_hash import data_hash, engine_hash

SCHEMA = 1
"""Raised whenever a checkpoint of before could not be read any more."""
KEPT = 2
MANIFEST, COLUMNS = "manifest.json", "columns.npys"
PREFIX, UNFINISHED, EVENTS = "month-", ".unfinished-", "events-"
PER_THREAD = ("tally", "meters")
"""Columns of the state that add up over threads, so a run may go on with another number of them."""
WITHIN_MONTH = ("log", "problems")
"""Columns of the state that are empty between months."""
LISTS = ("open_entries", "filed_entries")
"""Columns of the state that grow during a run."""
NOT_MONTHLY = ("county_services", "waits")
"""What is observed of years or of the whole run; all else has a row per month."""

OF_VERSIONS = ("checkpoint.other_schema", "checkpoint.other_engine", "checkpoint.other_data")
"""Differences that no choice of the user can mend."""


class Resumed(NamedTuple):
    """A run that goes on."""

    model: ScaleUpModel
    notes: dict[str, Any]
    """What :meth:`Checkpoints.save` was given."""
    skipped: tuple[Problem, ...]
    """Newer checkpoints that were damaged."""


class Kept(NamedTuple):
    """What a checkpoint says of itself."""

    months_done: int
    command: str
    """What goes on with the run."""


class Checkpoints:
    """The checkpoints of one run in a folder of their own.

    Parameters
    ----------
    folder : Path
        Made with the first checkpoint.
    command : str
        What goes on with the run, for messages.
    """

    def __init__(self, folder: Path, command: str = "") -> None:
        self.folder, self.command = folder, command
        self._parts: list[dict[str, Any]] = []
        """Parts of the event log that are on the disk."""
        self._n_logged = 0

    def newest_first(self) -> list[Path]:
        """Return the folders of all checkpoints."""
        return sorted(self.folder.glob(f"{PREFIX}*"), reverse=True) if self.folder.is_dir() else []

    def newest(self) -> Kept | None:
        """Return the newest checkpoint that can be read, None without one; its columns are not looked at."""
        for path in self.newest_first():
            with suppress(_DamagedError):
                manifest = _read_manifest(path)
                return Kept(manifest["months_done"], manifest["command"])
        return None

    def save(self, model: ScaleUpModel, notes: Mapping[str, Any] | None = None) -> Path:
        """Store a model between two months, and drop all checkpoints but this and the one before.

        Parameters
        ----------
        model : ScaleUpModel
        notes : mapping, optional
            What the caller wants back when the run goes on; as JSON can say it.

        Raises
        ------
        InputError
            If the folder cannot be written. Checkpoints of before are left as they are.
        """
        try:
            return self._save(model, dict(notes or {}))
        except OSError as error:
            self._clean()
            values = {"folder": str(self.folder), "error": error.strerror or str(error)}
            raise InputError([Problem("checkpoint.not_written", values)]) from error

    def _beside(self) -> Path:
        return self.folder / f"{UNFINISHED}month"

    def _clean(self) -> None:
        """Remove what was being written when a run was stopped or the disk was full."""
        shutil.rmtree(self._beside(), ignore_errors=True)
        for left in self.folder.glob(f"{UNFINISHED}{EVENTS}*"):
            left.unlink(missing_ok=True)

    def _save(self, model: ScaleUpModel, notes: dict[str, Any]) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._clean()
        self._log_events(model)
        beside = self._beside()
        beside.mkdir()
        places = write_columns(beside / COLUMNS, _columns_to_write(model))
        content = _identity(model.scenario, model.log_events) | {
            "places": _places_hash(model),
            "months_done": model.months_done,
            "columns": places,
            "events": self._parts,
            "command": self.command,
            "notes": notes,
        }
        _write_json(beside / MANIFEST, content | {"hash": _hash_of(content)})
        made = self.folder / f"{PREFIX}{model.months_done:05d}"
        shutil.rmtree(made, ignore_errors=True)  # there only if it is damaged
        _sync_folder(beside)
        beside.rename(made)
        _sync_folder(self.folder)
        before = [path for path in self.newest_first() if path < made]
        for path in {*self.newest_first()} - {made, *before[: KEPT - 1]}:
            shutil.rmtree(path)
        return made

    def _log_events(self, model: ScaleUpModel) -> None:
        """Write what was added to the event log since the last checkpoint."""
        new = model.events[self._n_logged :]
        if not new:
            return
        path = self.folder / f"{EVENTS}{model.months_done:05d}.npys"
        beside = path.with_name(f"{UNFINISHED}{path.name}")
        entries = [log for _, log in new]
        columns = {
            "months": np.array([month for month, _ in new], dtype=np.int64),
            "lengths": np.array([len(log) for log in entries], dtype=np.int64),
            "entries": np.concatenate(entries),
        }
        places = write_columns(beside, columns)
        beside.replace(path)
        self._parts.append({"file": path.name, "columns": places})
        self._n_logged = len(model.events)

    def load(
        self, scenario: Scenario, n_threads: int = 1, log_events: bool = False, profile: bool = False
    ) -> Resumed:
        """Return the run as it was at the newest checkpoint that is whole.

        Parameters
        ----------
        scenario, log_events
            The same as of the run that was stopped.
        n_threads, profile
            As the caller likes.

        Raises
        ------
        InputError
            If there is none, none is whole, or it belongs to another scenario, engine or place.
        """
        skipped: list[Problem] = []
        for path in self.newest_first():
            try:
                manifest = self._checked(path, scenario, log_events)
            except _DamagedError as damage:
                values = {"path": str(path), "what": str(damage)}
                skipped.append(Problem("checkpoint.damaged", values))
                continue
            model = ScaleUpModel(scenario, n_threads, log_events, profile, settled=False)
            if manifest["places"] != _places_hash(model):
                raise InputError([Problem("checkpoint.other_places", {"folder": str(self.folder)})])
            self._restore(model, path, manifest)
            return Resumed(model, manifest["notes"], tuple(skipped))
        last = "checkpoint.none_whole" if skipped else "checkpoint.nothing"
        raise InputError([*skipped, Problem(last, {"folder": str(self.folder)})])

    def _checked(self, path: Path, scenario: Scenario, log_events: bool) -> dict[str, Any]:
        """Return the manifest of a checkpoint that is whole and belongs to the scenario."""
        manifest = _read_manifest(path)
        wanted = _identity(scenario, log_events)
        if problems := _differences(manifest, wanted):
            values = {"folder": str(self.folder), "command": manifest.get("command", "")}
            mixed = any(problem.code in OF_VERSIONS for problem in problems)
            remedy = "checkpoint.begin_again" if mixed else "checkpoint.remedy"
            raise InputError([*problems, Problem(remedy, values)])
        for file, places in (
            (path / COLUMNS, manifest["columns"]),
            *((self.folder / part["file"], part["columns"]) for part in manifest["events"]),
        ):
            try:
                damaged = damaged_column(file, [Place(*place) for place in places])
            except OSError as error:
                raise _DamagedError(f"{file.name}: {error.strerror}") from error
            if damaged:
                raise _DamagedError(f"{file.name}: {damaged}")
        return manifest

    def _restore(self, model: ScaleUpModel, path: Path, manifest: dict[str, Any]) -> None:
        months = manifest["months_done"]
        targets = columns_of(model, months)
        for name in PER_THREAD:
            column = getattr(model.state, name)
            column[:] = 0
            targets[f"state.{name}"] = column[:1]
        places = [Place(*place) for place in manifest["columns"]]
        found = read_columns(path / COLUMNS, places, targets)
        self._parts = manifest["events"]
        events: list[tuple[int, np.ndarray]] = []
        for part in self._parts:
            log = read_columns(self.folder / part["file"], [Place(*place) for place in part["columns"]], {})
            cuts = np.cumsum(log["lengths"])[:-1]
            events += zip(log["months"].tolist(), np.split(log["entries"], cuts), strict=True)
        self._n_logged = len(events)
        grown = {name: found[f"state.{name}"] for name in LISTS}
        model.go_on(months, model.state._replace(**grown), events)

    def remove(self) -> None:
        """Remove all of it, when the run is complete."""
        shutil.rmtree(self.folder, ignore_errors=True)


class _DamagedError(Exception):
    """A checkpoint is not as it was written."""


def columns_of(model: ScaleUpModel, months: int) -> dict[str, np.ndarray]:
    """Views of all columns whose shape follows from scenario and month, those of threads left out."""
    state, spread, observed = model.state._asdict(), model.spread._asdict(), model.observed._asdict()
    left_out = {*PER_THREAD, *WITHIN_MONTH, *LISTS}
    return (
        {f"state.{name}": column for name, column in state.items() if name not in left_out}
        | {f"spread.{name}": column for name, column in spread.items() if isinstance(column, np.ndarray)}
        | {
            f"observed.{name}": column if name in NOT_MONTHLY else column[:months]
            for name, column in observed.items()
        }
        | {"rank": model.rank}
    )


def _columns_to_write(model: ScaleUpModel) -> dict[str, np.ndarray]:
    state = model.state._asdict()
    return (
        columns_of(model, model.months_done)
        | {
            f"state.{name}": state[name].sum(axis=0, keepdims=True, dtype=state[name].dtype)
            for name in PER_THREAD
        }
        | {f"state.{name}": state[name] for name in LISTS}
    )


def _identity(scenario: Scenario, log_events: bool) -> dict[str, Any]:
    """Return what a checkpoint belongs to, as JSON gives it back; places are compared once they are built."""
    identity = {
        "schema": SCHEMA,
        "engine": engine_hash(),
        "data": data_hash(),
        "scenario": scenario.facts(),
        "log_events": log_events,
    }
    plain: dict[str, Any] = json.loads(json.dumps(identity))
    return plain


def _differences(there: Mapping[str, Any], here: Mapping[str, Any]) -> list[Problem]:
    """Name everything in which a checkpoint differs from what is asked for."""
    if there.get("schema") != here["schema"]:
        return [Problem("checkpoint.other_schema", {"there": there.get("schema"), "here": here["schema"]})]
    problems = [
        Problem(f"checkpoint.other_{name}") for name in ("engine", "data") if there[name] != here[name]
    ]
    old, new = there["scenario"], here["scenario"]
    if old["hash"] != new["hash"]:
        named = [
            Problem(f"checkpoint.other_{name}", {"there": old[name], "here": new[name]})
            for name in ("world", "strategy", "seed", "until", "children")
            if old[name] != new[name]
        ]
        held = sorted(set(old["parameters"]) | set(new["parameters"]))
        named += [
            Problem(f"checkpoint.{kind}_parameter", {"name": name, "there": was, "here": now})
            for name in held
            for was, now in [(old["parameters"].get(name), new["parameters"].get(name))]
            for kind in ["new" if was is None else "dropped" if now is None else "other"]
            if was != now
        ]
        if not named and not problems:
            named = [Problem("checkpoint.other_content", {"strategy": new["strategy"]})]
        problems += named
    if there["log_events"] != here["log_events"]:
        problems.append(Problem("checkpoint.other_log"))
    return problems


def _places_hash(model: ScaleUpModel) -> str:
    """Return a hash of the places before anybody lives in them: two worlds may have the same name."""
    world = model.world
    fixed = {
        name: getattr(world, name)
        for name in ("counties", "townships", "villages", "sectors", "township_ordinal", "village_ordinal")
    }
    return hash_arrays(fixed | {"size": world.village_size, "neighbours": model.spread.indices})


def _read_manifest(path: Path) -> dict[str, Any]:
    try:
        content = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _DamagedError(MANIFEST) from error
    if not isinstance(content, dict) or content.pop("hash", "") != _hash_of(content):
        raise _DamagedError(MANIFEST)
    return content


def _hash_of(content: Mapping[str, Any]) -> str:
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=HASH_BYTES).hexdigest()


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    with path.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make sure that the names in a folder are on the disk, where the system can do that."""
    with suppress(PermissionError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
