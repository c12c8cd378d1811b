"""The document itself, as JSON in UTF-8."""

from __future__ import annotations

import json
from typing import Any


def render(document: dict[str, Any]) -> str:
    """Write the document in its own order of keys, which is the order of reading."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
