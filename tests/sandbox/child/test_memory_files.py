"""Files and folders in memory: what a program writes it can read again, and nothing is on the disk."""

from __future__ import annotations

import builtins
import io
import json
import os
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest

from grader.sandbox.child.memory_files import MemoryDisk

WORK = "/nowhere at all/work"


def test_what_is_written_is_read_again() -> None:
    """Text, bytes, lines that are appended: all are there, and gone from the system."""
    before = builtins.open, os.stat, os.mkdir
    with MemoryDisk().mounted():
        os.makedirs(f"{WORK}/deep", exist_ok=True)
        os.makedirs(f"{WORK}/deep", exist_ok=True)
        Path(WORK, "more").mkdir(parents=True, exist_ok=True)
        with open(f"{WORK}/log.txt", "w", encoding="utf-8") as file:
            file.write("損失 1\n")
        with open(f"{WORK}/log.txt", "a", encoding="utf-8") as file:
            file.write("loss 2\n")
        assert Path(WORK, "log.txt").read_text("utf-8") == "損失 1\nloss 2\n"
        Path(WORK, "deep", "x.bin").write_bytes(b"\0\1")
        assert os.path.getsize(f"{WORK}/deep/x.bin") == 2
        assert os.path.isdir(f"{WORK}/deep")
        assert not os.path.isdir(f"{WORK}/deep/x.bin")
        assert sorted(os.listdir(WORK)) == ["deep", "log.txt", "more"]
        with pytest.raises(FileExistsError):
            os.mkdir(WORK)
        os.replace(f"{WORK}/log.txt", f"{WORK}/old.txt")
        os.remove(f"{WORK}/old.txt")
        assert not os.path.exists(f"{WORK}/old.txt")
        shutil.rmtree(WORK)
        assert not os.path.exists(f"{WORK}/deep/x.bin")
    assert (builtins.open, os.stat, os.mkdir) == before
    assert not os.path.exists("/nowhere at all")


def test_a_file_of_the_system_is_what_it_was(tmp_path: Path) -> None:
    """What was not written here is asked of the system; writing to its path changes nothing there."""
    (tmp_path / "a.txt").write_text("old", "utf-8")
    with MemoryDisk().mounted():
        assert (tmp_path / "a.txt").read_text("utf-8") == "old"
        assert os.listdir(tmp_path) == ["a.txt"]
        (tmp_path / "a.txt").write_text("new", "utf-8")
        assert (tmp_path / "a.txt").read_text("utf-8") == "new"
        with pytest.raises(FileNotFoundError):
            (tmp_path / "b.txt").read_text("utf-8")
    assert (tmp_path / "a.txt").read_text("utf-8") == "old"


def test_libraries_write_and_read() -> None:
    """Weights, tables and objects that numpy, json and pickle save come back."""
    with MemoryDisk().mounted():
        np.save(f"{WORK}/w.npy", np.arange(3))
        assert np.load(f"{WORK}/w.npy").sum() == 3
        np.savez(f"{WORK}/w.npz", a=np.ones(2))
        assert np.load(f"{WORK}/w.npz")["a"].sum() == 2
        np.savetxt(f"{WORK}/w.txt", np.ones(2))
        assert np.loadtxt(f"{WORK}/w.txt").sum() == 2
        json.dump([1], open(f"{WORK}/j.json", "w", encoding="utf-8"))  # noqa: SIM115  as students do
        with open(f"{WORK}/p.pkl", "wb") as file:
            pickle.dump({"a": 1}, file)
        with open(f"{WORK}/p.pkl", "rb") as file:
            assert pickle.load(file) == {"a": 1}
        with open(f"{WORK}/j.json", encoding="utf-8") as file:
            assert json.load(file) == [1]


def test_folders_are_made_listed_and_removed_as_on_a_disk(tmp_path: Path) -> None:
    """What is there already is not made again; what lies on the disk is listed beside it, and stays."""
    (tmp_path / "here.txt").write_text("x")
    with MemoryDisk().mounted():
        os.mkdir(f"{WORK}/a")
        with pytest.raises(FileExistsError):
            os.mkdir(f"{WORK}/a")
        os.makedirs(f"{WORK}/a", exist_ok=True)
        with pytest.raises(FileExistsError):
            os.makedirs(f"{WORK}/a")
        with open(f"{WORK}/a/one.txt", "w") as file:
            file.write("1")
            file.flush()
            assert os.path.getsize(f"{WORK}/a/one.txt") == 1
        with pytest.raises(FileExistsError):
            os.makedirs(f"{WORK}/a/one.txt", exist_ok=True)
        assert os.listdir(f"{WORK}/a") == ["one.txt"]
        assert os.access(f"{WORK}/a", os.W_OK)
        assert not os.access(f"{WORK}/b", os.W_OK)
        os.rename(f"{WORK}/a/one.txt", f"{WORK}/a/two.txt")
        assert os.listdir(f"{WORK}/a") == ["two.txt"]
        os.remove(f"{WORK}/a/two.txt")
        assert os.listdir(f"{WORK}/a") == []
        with pytest.raises(FileNotFoundError):
            os.listdir(f"{WORK}/b")
        for call in (os.remove, shutil.rmtree):
            with pytest.raises(FileNotFoundError):
                call(f"{WORK}/b")
        with pytest.raises(FileNotFoundError):
            os.rename(f"{WORK}/b", f"{WORK}/c")
        with open(tmp_path / "new.txt", "w") as file:
            file.write("2")
        assert sorted(os.listdir(tmp_path)) == ["here.txt", "new.txt"]
        shutil.rmtree(f"{WORK}/a")
        assert not os.path.exists(f"{WORK}/a")
    assert os.listdir(tmp_path) == ["here.txt"]


def test_a_file_is_named_by_text_bytes_or_a_descriptor(tmp_path: Path) -> None:
    """Bytes are the same name; a descriptor is no name, and is opened by the system."""
    path = tmp_path / "here.txt"
    path.write_text("of the disk")
    with MemoryDisk().mounted():
        with open(f"{WORK}/x.txt".encode(), "w") as file:
            file.write("abc")
        with open(f"{WORK}/x.txt", "a") as file:
            file.write("d")
        assert Path(f"{WORK}/x.txt").read_text() == "abcd"
        descriptor = os.open(path, os.O_RDONLY)
        with open(descriptor) as file:
            assert file.read() == "of the disk"


def test_a_figure_that_was_saved_is_there() -> None:
    """Whether or not it was drawn, a program may look for its file, with the ending that is usual."""
    from matplotlib.figure import Figure

    with MemoryDisk().mounted():
        Figure().savefig(f"{WORK}/curve")
        Figure().savefig(f"{WORK}/curve.svg")
        Figure().savefig(io.BytesIO())
        assert os.path.isfile(f"{WORK}/curve.png")
        assert os.path.isfile(f"{WORK}/curve.svg")
