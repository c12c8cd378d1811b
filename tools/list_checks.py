"""Write the tables of the docs: all checks (docs/rubric.md) and the contract (docs/contract.md).

python tools/list_checks.py

Run it after a check was added, or a row of the contract.
"""

from __future__ import annotations

from pathlib import Path

from grader.checks import CHECKS
from grader.contract import CONTRACT, Row

DOCS = Path(__file__).parents[1] / "docs"
CHECKS_HEAD = "| check | subject | what holds |\n|---|---|---|\n"
CONTRACT_HEAD = "| name | file | forward | backward | optional |\n|---|---|---|---|---|\n"


def table_of_checks() -> str:
    """Return the table of checks, one line each."""
    rows = (f"| `{c.id}` | `{c.subject}` | {c.title} |\n" for c in CHECKS.values())
    return CHECKS_HEAD + "".join(rows)


def table_of_contract() -> str:
    """Return the table of the contract, one line for each class or function."""
    return CONTRACT_HEAD + "".join(map(_line, CONTRACT))


def _line(row: Row) -> str:
    call = f"{row.name}({', '.join(row.arguments)})"
    forward = f"`{row.value}`" if row.value else ""
    backward = f"`{row.gradient}`" if row.gradient else ""
    optional = "yes" if row.optional else ""
    return f"| `{call}` | `{row.file}` | {forward} | {backward} | {optional} |\n"


def _replace(page: str, head: str, table: str) -> None:
    """Write a table in the place of the old one, which ends its page."""
    path = DOCS / page
    before, _, _ = path.read_text("utf-8").partition(head)
    path.write_text(before + table, "utf-8")


if __name__ == "__main__":
    _replace("rubric.md", CHECKS_HEAD, table_of_checks())
    _replace("contract.md", CONTRACT_HEAD, table_of_contract())
