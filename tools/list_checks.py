"""Write the table of all checks into docs/rubric.md; run it after a check was added.

python tools/list_checks.py
"""

from __future__ import annotations

from pathlib import Path

from grader.checks import CHECKS

PAGE = Path(__file__).parents[1] / "docs" / "rubric.md"
HEAD = "| check | subject | what holds |\n|---|---|---|\n"


def table() -> str:
    """Return the table, a line a check."""
    return HEAD + "".join(f"| `{c.id}` | `{c.subject}` | {c.title} |\n" for c in CHECKS.values())


if __name__ == "__main__":
    before, _, _ = PAGE.read_text("utf-8").partition(HEAD)
    PAGE.write_text(before + table(), "utf-8")
