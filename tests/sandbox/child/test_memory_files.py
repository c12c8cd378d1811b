"""Files and folders in memory: what a program writes it can read again, and nothing is on the disk."""

from __future__ import annotations

import builtins
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
