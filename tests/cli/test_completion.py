"""Completion in a shell: commands, options and the paths of submissions."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def complete(words: str, shell: str = "bash") -> list[str]:
    """Ask for completion of the last word as a shell does."""
    environ = {
        **os.environ, "_GRADE_COMPLETE": f"{shell}_complete", "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split(" ")) - 1),
    }  # fmt: skip
    command = [sys.executable, "-m", "grader"]
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert "Usage" not in ended.stdout
    return ended.stdout.splitlines()


def test_commands_are_completed() -> None:
    """The beginning of a command is completed; where there is none, the shell looks for files."""
    assert "plain,verify" in complete("grade ver")
    assert complete("grade alice/lay") == ["file,alice/lay"]
    assert not [line for line in complete("grade ") if "platform-run" in line]


def test_options_and_their_values_are_completed() -> None:
    """Options of a command, those of a submission too, and the platforms of an export are completed."""
    assert "plain,--rubric" in complete("grade reference --rub")
    assert "plain,--jobs" in complete("grade batch --j")
    assert complete("grade export gra") == ["plain,gradescope"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_its_script(shell: str) -> None:
    """What the README has a shell evaluate is a script for it."""
    environ = {**os.environ, "_GRADE_COMPLETE": f"{shell}_source"}
    command = [sys.executable, "-m", "grader"]
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert "_GRADE_COMPLETE" in ended.stdout
