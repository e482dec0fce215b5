"""Looking for a Python: every candidate is really run, and the message says what was found."""

import ast
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.test_architecture import ROOT

pytestmark = pytest.mark.unit

SCRIPT = ROOT / "tools" / "bootstrap.py"
NO_UV = None


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, seeing nothing of the machine: empty path, empty home, a project folder of its own."""
    spec = importlib.util.spec_from_file_location("bootstrap", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for variable in (
        "BAREFOOT_PYTHON",
        "PYENV_ROOT",
        "UV_PYTHON_INSTALL_DIR",
        "XDG_DATA_HOME",
        "CONDA_PREFIX",
    ):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    folders = tuple(one for one in module.FOLDERS if one.startswith(("~", "{")))
    project = tmp_path / "project"
    project.mkdir()
    (project / module.CORE_LOCK).write_text("")
    venv = project / ".venv"
    for name, value in {
        "FOLDERS": folders,
        "ROOT": str(project),
        "VENV": str(venv),
        "STAMP": str(venv / "ready.json"),
        "LOG": str(project / ".venv.log"),
    }.items():
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(sys, "executable", "")
    return module


def executable(path: Path, script: str) -> str:
    """Write a shell script that can be run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def fake_python(path: Path, version: str, kind: str = "CPython", has_pip: bool = True) -> str:
    """An interpreter that answers the probe."""
    answer = [[int(part) for part in version.split(".")], kind, True, False, has_pip, str(path)]
    return executable(path, f"echo '{json.dumps(answer)}'")


def shim(path: Path) -> str:
    """What a version manager puts on the path for a version that is not chosen."""
    return executable(path, "echo 'pyenv: command not found' >&2; exit 127")


def test_shim_and_old_one_are_passed_over(bootstrap: ModuleType, tmp_path: Path) -> None:
    shim(tmp_path / "bin" / "python3.12")
    fake_python(tmp_path / "bin" / "python3", "3.11.7")
    fake_python(tmp_path / "home/.pyenv/versions/3.9.18/bin/python3", "3.9.18")
    good = fake_python(tmp_path / "home/.pyenv/versions/3.13.0/bin/python3.13", "3.13.0")
    assert bootstrap.find_python(NO_UV) == (good, "3.13.0")


def test_names_on_the_path_come_first(bootstrap: ModuleType, tmp_path: Path) -> None:
    fake_python(tmp_path / "home/.pyenv/versions/3.12.1/bin/python3", "3.12.1")
    good = fake_python(tmp_path / "bin" / "python3.14", "3.14.0")
    assert bootstrap.find_python(NO_UV) == (good, "3.14.0")


@pytest.mark.parametrize(
    "folder",
    [
        "home/.local/share/uv/python/cpython-3.12.9-linux/bin",
        "home/miniconda3/bin",
        "home/miniforge3/envs/lab/bin",
        "home/.asdf/installs/python/3.12.4/bin",
    ],
)
def test_usual_folders_are_searched(bootstrap: ModuleType, tmp_path: Path, folder: str) -> None:
    good = fake_python(tmp_path / folder / "python3", "3.12.4")
    assert bootstrap.find_python(NO_UV)[0] == good


def test_folders_named_by_variables_are_searched(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "elsewhere"))
    good = fake_python(tmp_path / "elsewhere/versions/3.12.1/bin/python3", "3.12.1")
    assert bootstrap.find_python(NO_UV)[0] == good


def test_own_environment_is_no_candidate(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_python(Path(bootstrap.VENV) / "bin" / "python3", "3.12.1")
    monkeypatch.setenv("PATH", bootstrap.VENV + "/bin")
    assert list(bootstrap.candidates()) == []


def test_message_lists_what_was_found(
    bootstrap: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = shim(tmp_path / "bin" / "python3.12")
    old = fake_python(tmp_path / "bin" / "python3", "3.11.7")
    new = fake_python(tmp_path / "bin" / "python3.14", "3.15.0")
    other = fake_python(tmp_path / "bin" / "python", "3.12.0", kind="PyPy")
    bare = fake_python(tmp_path / "bin" / "python3.13", "3.13.2", has_pip=False)
    assert bootstrap.main([]) == 2
    message = capsys.readouterr().out
    assert "needs Python 3.12 to 3.14" in message
    assert f"{broken}: does not run (exit status 127)" in message
    assert f"3.11.7       {old}: too old" in message
    assert f"{new}: too new" in message
    assert f"{other}: not a standard 64-bit CPython" in message
    assert f"{bare}: cannot make environments" in message
    assert "apt install python3.12" in message
    assert not Path(bootstrap.VENV).exists()


def test_message_when_there_is_nothing(bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main([]) == 2
    assert "there is no Python on the path" in capsys.readouterr().out


def test_chosen_one_is_taken_or_refused(
    bootstrap: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_python(tmp_path / "bin" / "python3.12", "3.12.1")
    good = fake_python(tmp_path / "odd place" / "py", "3.13.1")
    monkeypatch.setenv("BAREFOOT_PYTHON", good)
    assert bootstrap.find_python(NO_UV)[0] == good
    monkeypatch.setenv("BAREFOOT_PYTHON", str(tmp_path / "nothing"))
    assert bootstrap.main([]) == 2
    assert "BAREFOOT_PYTHON names cannot be used" in capsys.readouterr().out


def test_uv_is_asked_when_nothing_is_found(bootstrap: ModuleType, tmp_path: Path) -> None:
    fetched = fake_python(tmp_path / "fetched" / "python", "3.12.8", has_pip=False)
    uv = executable(tmp_path / "bin" / "uv", f'[ "$2" = find ] && echo {fetched}; exit 0')
    assert bootstrap.find_uv() == uv
    assert bootstrap.find_python(uv) == (fetched, "3.12.8")


@pytest.fixture
def installable(bootstrap: ModuleType, tmp_path: Path) -> Path:
    """A Python whose environments are made by a script; the folder holds what steers it."""
    path = tmp_path / "bin" / "python3.12"
    fake_python(path, "3.12.1")
    inner = f'case "$*" in *pip*) echo "$*" >> {tmp_path}/installs; [ ! -e {tmp_path}/broken ];; esac'
    make = f'mkdir -p "$3/bin"; printf "#!/bin/sh\\n%s\\n" \'{inner}\' > "$3/bin/python"'
    steps = ('[ "$2" = venv ] || exit 0', "PATH=/usr/bin:/bin", make, 'chmod +x "$3/bin/python"')
    executable(path, "\n".join([path.read_text(), *steps]))
    return tmp_path


def test_second_call_does_nothing(bootstrap: ModuleType, installable: Path) -> None:
    assert bootstrap.main([]) == 0
    assert bootstrap.main([]) == 0
    installs = (installable / "installs").read_text().splitlines()
    assert len(installs) == 1
    assert "--require-hashes --only-binary :all: -r" in installs[0]


def test_changed_lock_is_installed(bootstrap: ModuleType, installable: Path) -> None:
    bootstrap.main([])
    Path(bootstrap.ROOT, bootstrap.CORE_LOCK).write_text("# newer")
    assert not bootstrap.is_ready([bootstrap.CORE_LOCK])
    assert bootstrap.main([]) == 0
    assert len((installable / "installs").read_text().splitlines()) == 2


def test_failed_installation_is_not_finished(
    bootstrap: ModuleType, installable: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (installable / "broken").touch()
    assert bootstrap.main([]) == 1
    assert "Set-up failed at: packages" in capsys.readouterr().out
    assert not bootstrap.is_ready([bootstrap.CORE_LOCK])
    (installable / "broken").unlink()
    assert bootstrap.main([]) == 0


def test_pip_takes_over_from_uv_for_every_lock(bootstrap: ModuleType, installable: Path) -> None:
    executable(installable / "bin" / "uv", '[ "$1" = --version ]')
    Path(bootstrap.ROOT, bootstrap.EXTRAS_LOCK).write_text("")
    assert bootstrap.main(["--extras"]) == 0
    assert len((installable / "installs").read_text().splitlines()) == 2
    assert bootstrap.is_ready([bootstrap.CORE_LOCK])


def test_environment_without_interpreter_is_not_finished(bootstrap: ModuleType, installable: Path) -> None:
    bootstrap.main([])
    Path(bootstrap.in_venv()).unlink()
    assert bootstrap.main([]) == 0
    assert bootstrap.is_ready([bootstrap.CORE_LOCK])


def test_any_old_python_can_read_the_script() -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))
