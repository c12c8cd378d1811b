"""A proven repair in words: a sentence, and the edit as a diff below it."""

from __future__ import annotations

from grader.model import Document
from grader.reports.language import Translate, english


def repair_text(repairs: list[Document], tr: Translate = english) -> str:
    """Return the sentence and the diff of some edits, a line each; "" where there are none."""
    if not repairs:
        return ""
    lines = [tr("With this edit the check holds, with other numbers as well:")]
    for repair in repairs:
        lines += [f"- {line}" for line in repair["before"]]
        lines += [f"+ {line}" for line in repair["after"]]
    return "\n".join(lines)
