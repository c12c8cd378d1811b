"""The folder of a zygote: nobody's death leaves it behind, and nobody else's is removed."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from grader.errors import TheirFault
from grader.sandbox import zygote_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a zygote needs fork")


def make_old(folder: Path, seconds: float = 1000) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "font").write_text("x", "utf-8")
    os.utime(folder, (time.time() - seconds,) * 2)
    return folder


def test_an_abandoned_folder_is_removed(tmp_path: Path) -> None:
    """A folder whose host and zygote were killed at once is removed by the next host."""
    script = (
        "import sys; from grader.sandbox import zygote_folder; h = zygote_folder.ZygoteFolder(); "
    )
    script += "print(h.path, flush=True); input()"
    host = subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert host.stdout is not None
    home = make_old(Path(host.stdout.readline().strip()))
    zygote_folder.remove_abandoned(str(home.parent))
    assert home.is_dir(), "its host lives"
    host.kill()
    host.communicate()
    assert home.is_dir()
    zygote_folder.remove_abandoned(str(home.parent))
    assert not home.exists()


def test_other_folders_stay(tmp_path: Path) -> None:
    """A young folder, a file, a link, and a folder with another name stay."""
    paths = [
        make_old(tmp_path / f"{zygote_folder.PREFIX}young", seconds=1),
        make_old(tmp_path / "grade-2026"),
        tmp_path / f"{zygote_folder.PREFIX}link",
        tmp_path / f"{zygote_folder.PREFIX}file",
    ]
    paths[2].symlink_to(paths[1])
    paths[3].write_text("x", "utf-8")
    zygote_folder.remove_abandoned(str(tmp_path))
    assert all(path.exists() for path in paths)
    assert (paths[1] / "font").exists()


def test_a_user_without_a_home_has_no_font_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where neither HOME nor the list of users tells a home, the list of fonts lasts for one run."""

    def raise_error() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", raise_error)
    assert zygote_folder.font_cache(str(tmp_path)) == str(tmp_path)


def test_no_room_for_temporary_files_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no temporary folder can be made, the command says so and ends with 2."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    monkeypatch.setattr(zygote_folder, "PUBLIC_FOLDERS", ())  # where root would make one instead
    with pytest.raises(TheirFault, match="expected TMPDIR"):
        zygote_folder.ZygoteFolder()
