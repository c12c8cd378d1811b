"""Reports that were written before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from grader import files, reports
from grader.errors import PathError, ReportBroken

LARGEST = 64 * 1024 * 1024


def read(path: Path) -> dict[str, Any]:
    """Read a report and hold it against its schema.

    Raises
    ------
    PathError
        Where there is no such file, or what it holds is no report of this grader.
    """
    try:
        raw = files.read_regular(path, LARGEST, follow=True)
        document: dict[str, Any] = json.loads(raw.decode("utf-8-sig"))
        reports.validate(document)
    except OSError as error:
        raise PathError(f"{path}: this cannot be read ({error.strerror or error})") from None
    except (ValueError, RecursionError, ReportBroken) as error:
        raise PathError(f"{path}: this is not a report of this grader ({error})") from None
    return document
