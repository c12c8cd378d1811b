"""Diagnosis: one hypothesis is one small function, a wrong formula and what to tell its author."""

from __future__ import annotations

from typing import Any

BUGS: dict[str, Any] = {}
