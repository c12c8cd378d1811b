"""What attacks may try to reach, and what must hold after every attack."""

from __future__ import annotations

import json
import os
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from grader import reports
from grader.model import Report
from tests.attacks.attacks import NO_TARGET
from tests.zygotes import children_of, zygotes

TOKENS = {name: f"TOKEN-{name}-7f3a" for name in ("environment", "file", "other", "module")}
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""Characters that act on a terminal or hide text."""


class Bait:
    """What an attack may try to reach: files and a listening port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name, text in {
            "secret": TOKENS["file"], "other.py": TOKENS["other"], "victim": "as it was",
            "secret_module.py": f"token = {TOKENS['module']!r}", "evil.so": "no library",
        }.items():  # fmt: skip
            (folder / name).write_text(text, "utf-8")
            (folder / name).chmod(0o666)
        folder.chmod(0o777)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.state_before = self.state()

    def state(self) -> dict[str, Any]:
        """Return mode, owner, time and contents of every file in the folder."""
        return {
            path.name: (
                path.stat().st_mode,
                path.stat().st_uid,
                path.stat().st_mtime_ns,
                path.read_bytes(),
            )
            for path in self.folder.iterdir()
        }

    def fill_marks(self, text: str) -> bytes:
        """Replace the marks of an attack by paths and numbers of this machine."""
        marks = {
            "@SECRET@": self.folder / "secret", "@OTHER@": self.folder / "other.py", "@FOLDER@": self.folder,
            "@VICTIM@": self.folder / "victim", "@PORT@": self.listener.getsockname()[1], "@PID@": os.getpid(),
        }  # fmt: skip
        for mark, value in marks.items():
            text = text.replace(mark, str(value))
        return text.encode()

    def assert_untouched(self) -> None:
        """Assert that no file changed and nobody connected."""
        assert self.state() == self.state_before
        assert not list(Path("/tmp").glob("grade-attack-*"))
        with pytest.raises(BlockingIOError):
            self.listener.accept()


def broken_messages(report: Report) -> list[Any]:
    """Return the messages of all checks that the report calls a fault of the grader."""
    return [outcome.message for outcome in report.outcomes if outcome.verdict.value == "broken"]


def is_late(report: Report) -> bool:
    """Return whether a check says that the code was late."""
    return any(outcome.message and "late" in outcome.message.id for outcome in report.outcomes)


def living_children() -> list[int]:
    """Return the process ids of the children that the zygotes of this process still have."""
    living = zygotes()
    assert living
    return [child for zygote in living for child in children_of(zygote)]


def assert_clean(report: Report) -> None:
    """Assert that no format of the report holds a secret, or anything that acts on its reader."""
    document = reports.document(report)
    assert NO_TARGET not in json.dumps(document), "the attack must meet the code that it attacks"
    reports.validate(document)
    for form in reports.FORMATS:
        text = reports.render(document, form)
        text.encode("utf-8")
        assert len(text) < 300_000, form
        assert not [name for name, token in TOKENS.items() if token in text], form
        assert "root:x:0" not in text
        assert not FORBIDDEN.search(text), (form, FORBIDDEN.search(text))
        # GitHub's form is made of commands: each line is one of ours, and a student's text starts none.
        ours = re.compile("^::(?:error|warning|notice) [^:]*::" if form == "github" else "^$")
        lines = [line for line in text.splitlines() if not ours.match(line)]
        if form == "html":  # a repair, which neither a spreadsheet nor a build server reads there
            lines = [line for line in lines if not line.startswith("+ ")]
        starts = [line for line in lines if line.startswith(("::", "=", "+"))]
        assert not starts or form == "markdown", (form, starts[0])
    assert json.loads(reports.render(document, "json"))["score"] == report.score
    page = reports.render(document, "html") if "html" in reports.FORMATS else ""
    assert not re.search("<script>alert|<img src=x|onmouseover=alert[^&]*>", page)
