"""The document itself, as JSON in UTF-8: in English, beside the ids and values."""

from __future__ import annotations

import json
import re
from typing import Any

from grader.reports.language import Translate, english

_ROW = re.compile(r"\[\n([-+.,\w \n]+)\]")
"""A list of nothing but numbers, truths and nulls: no text holds a line feed that is not escaped."""


def render(document: dict[str, Any], tr: Translate = english) -> str:
    """Write the document in its own order of keys, which is the order of reading."""
    del tr
    return dump(document, indent=2)


def dump(document: dict[str, Any], indent: int) -> str:
    """Write a document with a line for each key, and one for each row of numbers."""
    text = json.dumps(document, indent=indent, ensure_ascii=False, allow_nan=False)
    return _ROW.sub(_one_line, text) + "\n"


def _one_line(row: re.Match[str]) -> str:
    return f"[{' '.join(row[1].split())}]"
