"""No process of ours imports what lies where a student could have put it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import site
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from grader import import_path
from grader.batch.local_workers import Worker
from tests.batch import classroom

ROOT = Path(__file__).parents[1]
COMMAND = Path(sys.executable).with_name("grade")
OURS = ("click", "numpy", "msgpack", "matplotlib", "rich", "reference", "PIL", "dask", "tornado")
NAMES = sorted({*sys.stdlib_module_names, *import_path.DEPENDENCIES, *OURS})
MARKING = (
    "open({mark!r}, 'a').write(__name__ + chr(10))\nraise ImportError('a student wrote this')\n"
)


def test_all_dependencies_may_lie_in_the_users_site() -> None:
    """What pyproject.toml demands, for a run or an extra of it, is what may lie in the user's site alone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *extras["cluster"], *extras["similar"]]
    names = {match[0] for command in lines if (match := re.match(r"\w+", command))}
    assert set(import_path.DEPENDENCIES) == names


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A folder with a module for every name of the standard library and of our dependencies."""
    folder = tmp_path / "trap"
    text = MARKING.format(mark=str(tmp_path / "mark"))
    files = {f"{name}.py": text for name in NAMES if not name.startswith("__")}
    return classroom.grow(folder, files | {"__future__.py": text, "signal/__init__.py": text})


def imported_modules(trap: Path) -> str:
    """The names of the modules in the trap that some process imported."""
    mark = trap.parent / "mark"
    return mark.read_text("utf-8") if mark.exists() else ""


def run(folder: Path, *command: str | Path, **environment: str) -> str:
    """Run a command in a folder; its exit code is 0."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    process = subprocess.run(
        [*map(str, command)], check=False, cwd=folder, env=inherited | environment, text=True, timeout=100,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert process.returncode == 0, process.stdout
    return process.stdout


def remove_startup_modules(trap: Path, *flags: str) -> None:
    """Take out the modules that Python itself imports before any line of a program runs."""
    script = trap.parent / "shown.py"
    script.write_text("import sys\nprint(*sys.modules)\n", "utf-8")
    module_names = run(trap.parent, sys.executable, *flags, "-m", "shown").split()
    for name in {name.partition(".")[0] for name in module_names}:
        (trap / f"{name}.py").unlink(missing_ok=True)


def make_class(folder: Path) -> tuple[Path, Path]:
    """Two submissions that hold everything, and a quick rubric."""
    classroom.grow(folder / "class", {f"{name}/layers.py": classroom.LAYERS for name in "ab"})
    return folder / "class", classroom.quick(folder)


def test_grade_imports_nothing_from_pythonpath_or_the_current_folder(trap: Path) -> None:
    """With the folder in both places, one submission is graded, and nothing is imported from it."""
    assert run(trap, COMMAND, "--version").startswith("grade ")
    remove_startup_modules(trap)
    text = MARKING.format(mark=str(trap.parent / "mark"))
    classroom.grow(trap, {"signal.py": text, "__future__.py": text})
    folder, rubric = make_class(trap.parent)
    command = ("-P", "-m", "grader", folder / "a", "--rubric", rubric, "-o", "../report.json")
    assert "10 / 10" in run(trap, sys.executable, *command, PYTHONPATH=str(trap))
    assert imported_modules(trap) == ""


def test_a_batch_imports_nothing_from_the_current_folder(trap: Path) -> None:
    """`python -m grader batch` with its workers and their zygotes imports nothing from there."""
    remove_startup_modules(trap)
    assert (trap / "signal").is_dir()
    folder, rubric = make_class(trap.parent)
    out = trap.parent / "out"
    command = ("batch", folder, "-o", out, "--rubric", rubric, "--jobs", "2")
    assert "2 submissions: 2 graded" in run(trap, sys.executable, "-m", "grader", *command)
    assert imported_modules(trap) == ""


def test_a_worker_imports_nothing_from_the_current_folder(
    trap: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker does so too where a program of somebody else's starts it, with any path of its own."""
    monkeypatch.chdir(trap)
    monkeypatch.setenv("PYTHONPATH", str(trap))
    monkeypatch.setattr(sys, "path", ["", str(trap), *sys.path])
    worker = Worker()
    path = worker.ask(_path, ())
    worker.stop()
    worker.wait()
    assert not {"", str(trap)} & set(path)
    assert imported_modules(trap) == ""


def _path() -> list[str]:
    return list(sys.path)


def installed_at(monkeypatch: pytest.MonkeyPatch, home: str, **at: str) -> ModuleType:
    """Return the module as it is in a package below ``home``; pretend other sites and PYTHONPATH."""
    monkeypatch.setenv("PYTHONPATH", at.get("pythonpath", ""))
    monkeypatch.setattr(site, "ENABLE_USER_SITE", True)
    monkeypatch.setattr(site, "getusersitepackages", lambda: at["own"])
    monkeypatch.setattr(site, "getsitepackages", lambda: [at["installed"]])
    file = Path(home, "grader", "import_path.py")
    file.parent.mkdir(exist_ok=True)
    shutil.copy(import_path.__file__, file)
    spec = importlib.util.spec_from_file_location("import_path_elsewhere", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Folders: where packages are installed for everybody, the user's own, a current one."""
    names = ("installed", "own", "named", "here")
    for name in names:
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return {name: str(tmp_path / name) for name in names}


def test_the_users_site_is_kept_where_the_package_lies_there(
    folders: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Installed for one user, the package imports from that user's site, after the standard library."""
    standard, own, installed = str(Path(os.__file__).parent), folders["own"], folders["installed"]
    path = ["", folders["here"], own, standard, installed]
    module = installed_at(monkeypatch, own, own=own, installed=installed)
    assert module.trusted(path) == [standard, own, installed]
    module = installed_at(monkeypatch, installed, own=own, installed=installed)
    assert module.trusted(path) == [standard, installed]


def test_a_dependency_is_found_where_it_is_installed_alone(
    folders: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """numpy in the user's site or in PYTHONPATH is found there, last; never in the current folder."""
    for place in ("own", "here"):
        Path(folders[place], "numpy").mkdir()
    Path(folders["named"], "click").mkdir()
    Path(folders["installed"], "click").mkdir()
    entries_ = {k: folders[k] for k in ("own", "installed")}
    named = os.pathsep.join((folders["named"], "."))
    module = installed_at(monkeypatch, folders["installed"], pythonpath=named, **entries_)
    path = [folders[k] for k in ("here", "named", "own", "installed")]
    assert module.trusted(path) == [folders["installed"], folders["own"]]
    assert module.with_packages(module.trusted(path)) == [folders["own"]]


def test_installed_packages_stay_importable(
    folders: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """PYTHONPATH may name the folder of installed packages, and a removed folder is no fault."""
    own, installed = folders["own"], folders["installed"]
    module = installed_at(monkeypatch, own, own=own, installed=installed, pythonpath=installed)
    Path(folders["here"]).rmdir()
    assert module.trusted([installed, "", "."]) == [installed]
