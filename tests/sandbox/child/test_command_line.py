"""Arguments that a program requires are given to it; those with defaults are left to them."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import pytest

from grader.sandbox.child import command_line


def parser(*arguments: tuple[str, dict[str, Any]]) -> argparse.ArgumentParser:
    result = argparse.ArgumentParser()
    for name, options in arguments:
        result.add_argument(name, **options)
    return result


@pytest.mark.parametrize(
    ("name", "options", "given"),
    [
        ("data", {"choices": ["linear", "XOR"]}, ["linear"]),
        ("mode", {"type": int, "choices": [0, 1]}, ["0"]),
        ("epochs", {"type": int}, ["1000"]),
        ("--epochs", {"required": True}, ["--epochs", "1000"]),
        ("--lr", {"type": float, "required": True}, ["--lr", "0.1"]),
        ("--hidden", {"type": int, "nargs": 2, "required": True}, ["--hidden", "1", "1"]),
        ("--activation", {"required": True}, ["--activation", "sigmoid"]),
        ("dataset", {}, ["linear"]),
        ("strategy", {}, ["linear"]),
        ("files", {"nargs": "+"}, ["linear"]),
        ("--lr", {"type": float, "default": 0.5}, []),
        ("data", {"nargs": "?"}, []),
        ("rest", {"nargs": "*"}, []),
        ("--verbose", {"action": "store_true"}, []),
    ],
)
def test_only_what_is_required_is_given(
    name: str, options: dict[str, Any], given: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A value comes from the choices, the type or the name; what has a default is left out."""
    monkeypatch.setattr(sys, "argv", ["main.py"])
    listed: list[str] = []
    with command_line.answered(listed):
        parser((name, options)).parse_args()
    assert listed == given


def test_a_group_and_a_command_are_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a group that requires one the first is taken, and of commands the first with what it requires."""
    monkeypatch.setattr(sys, "argv", ["main.py"])
    grouped = argparse.ArgumentParser()
    group = grouped.add_mutually_exclusive_group(required=True)
    group.add_argument("--linear", action="store_true")
    group.add_argument("--xor", action="store_true")
    commands = argparse.ArgumentParser()
    train = commands.add_subparsers(required=True).add_parser("train")
    train.add_argument("epochs", type=int)
    with command_line.answered([]):
        assert grouped.parse_args().linear
        assert commands.parse_args().epochs == 1000
        assert parser(("x", {})).parse_args(["given"]).x == "given"


def test_entries_of_the_command_line_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry that is not there is answered; the length says that there is none, so defaults hold."""
    monkeypatch.setattr(sys, "argv", ["main.py"])
    given: list[str] = []
    with command_line.answered(given):
        assert (len(sys.argv), sys.argv[0], sys.argv[1:]) == (1, "main.py", [])
        epochs = int(sys.argv[1])
        rate = float(sys.argv[2])
        name = sys.argv[3]
    assert (epochs, rate, name) == (1000, 0.1, "linear")
    assert given == ["1000", "0.1", "linear"]
    assert sys.argv == ["main.py"]
    with pytest.raises(IndexError):
        sys.argv[1]
