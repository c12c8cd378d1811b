"""The fonts that a child for figures may read."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

from grader.sandbox.child import fonts


def test_without_room_for_fonts_there_are_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where the disk is full, the zygote lives on, and figures are described without pictures."""

    def copytree(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "getuid", lambda: 0)
    monkeypatch.setattr(fonts, "is_public", lambda _: False)
    monkeypatch.setattr(shutil, "copytree", copytree)
    assert fonts.prepare_fonts(str(tmp_path)) == []
