"""Print how long the student's page takes to write and to draw, and how large it is.

Three submissions are graded first: the reference, the template, and a program with a mistake.
Drawn is from the start of the navigation until the page was loaded and had been painted, in a
headless Chromium; the target is 150 ms. Of each the median is told, and the best, which says
more on a busy machine. Needs what the tests of pages need.

python benchmarks/pages.py [TIMES]
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from grader import intake, reports
from grader.audit import zoo
from grader.checks import CHECKS
from grader.model import Submission
from grader.pipeline import grading
from grader.rubric import reader, resources
from grader.sandbox.host import ProcessSandbox

SEED = 1
MISTAKE = "dx_sign"
PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
DRAWN = """() => Math.max(
    performance.getEntriesByType("navigation")[0].loadEventEnd,
    ...performance.getEntriesByType("paint").map(entry => entry.startTime))"""


def submissions() -> Iterator[Submission]:
    """Yield a perfect one, an empty one, and one with a mistake."""
    limits = reader.load(resources.default_rubric(), CHECKS).limits
    yield intake.read(resources.student_template().parent / "reference", limits)
    yield intake.read(resources.student_template(), limits)
    [wrong] = [w for w in zoo.load(resources.zoo()).singles if w.bug == MISTAKE]
    yield Submission(MISTAKE, wrong.files, "")


def graded(submission: Submission) -> dict[str, Any]:
    """Grade a submission; return its document."""
    asked = reader.load(resources.default_rubric(), CHECKS)
    with ProcessSandbox(asked.limits) as sandbox:
        return reports.document(grading.grade(submission, asked, seed=SEED, sandbox=sandbox))


def written(document: dict[str, Any], times: int) -> tuple[str, list[float]]:
    """Return the page and the milliseconds that its writing takes, each time."""
    spent = []
    for _ in range(times + 1):
        start = time.perf_counter()
        page = reports.render(document, "html", audience="student")
        spent.append(1e3 * (time.perf_counter() - start))
    return page, spent[1:]


def draw_values(browser: Browser, file: Path, times: int) -> list[float]:
    """Return the milliseconds from the navigation until the page stands, each time."""
    spent = []
    for _ in range(times + 1):
        page = browser.new_page()
        page.goto(file.as_uri())
        page.evaluate(PAINTED)
        spent.append(page.evaluate(DRAWN))
        page.close()
    return spent[1:]


def told(spent: list[float]) -> str:
    """Say the median and the best."""
    return f"{statistics.median(spent):6.1f} ms (best {min(spent):.1f})"


def main(times: int) -> None:
    """Measure and tell."""
    with sync_playwright() as api, tempfile.TemporaryDirectory() as folder:
        browser = api.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for submission in submissions():
            page, writing = written(graded(submission), times)
            file = Path(folder) / "page.html"
            file.write_text(page, "utf-8")
            drawing, size = draw_values(browser, file, times), len(page.encode()) / 1e3
            print(f"{submission.name:18}{size:5.0f} kB  written in {told(writing)}", end="")
            print(f"  drawn in {told(drawing)}")
        browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
