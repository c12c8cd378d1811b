"""Print how large the page of a class is, how long it takes to write, and how fast it opens.

python benchmarks/class_page.py [STUDENTS]
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from grader.reports.language import english
from grader.reports.pages.class_page import render_class
from tests.pages import school

TRIES = 5
PAINTED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
EMPTY = "[...document.querySelectorAll('#region .row.student')].filter(r => !r.firstChild).length"


def written(students: int) -> str:
    """Write the page of a made-up class, and say how long that took."""
    found = list(school.documents(students))
    register = school.register_of(found, school.lab(), absent=students // 100)
    start = time.perf_counter()
    facts = school.facts(found, register)
    gathered = time.perf_counter()
    page = render_class(facts, english)
    print(f"{students} students: gathered in {gathered - start:.2f} s, ", end="")
    print(f"written in {time.perf_counter() - gathered:.2f} s, {len(page.encode()) / 1e6:.2f} MB")
    return page


def timed(page: Any, doing: str) -> float:
    """Return seconds until what an expression does is on the screen."""
    start = time.perf_counter()
    page.evaluate(f"(() => {{ {doing} }})()")
    page.evaluate(PAINTED)
    return time.perf_counter() - start


def opened(browser: Any, address: str) -> dict[str, float]:
    """Open the page afresh and use it; return seconds for each thing that was done."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    start = time.perf_counter()
    page.goto(address)
    page.evaluate(PAINTED)
    spent = {"open": time.perf_counter() - start}
    typed = "const q = document.querySelector('[name=q]'); q.value = 'wei'; "
    typed += "q.dispatchEvent(new Event('input', {bubbles: true}))"
    spent["filter"] = timed(page, typed)
    spent["everybody again"] = timed(page, "document.querySelector('[type=reset]').click()")
    spent["sort"] = timed(page, "document.querySelector('[data-key=total] button').click()")
    spent["matrix"] = timed(page, "document.querySelector('[value=matrix]').click()")
    start = time.perf_counter()
    while page.evaluate(EMPTY):
        page.wait_for_timeout(10)
    spent["its last row"] = time.perf_counter() - start
    spent["sort by a check"] = timed(page, "document.querySelectorAll('.name button')[3].click()")
    page.close()
    return spent


def main(students: int) -> None:
    """Measure and print; of several tries, the middle one."""
    with tempfile.TemporaryDirectory() as room, sync_playwright() as started:
        file = Path(room) / "class.html"
        file.write_text(written(students), "utf-8")
        browser = started.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        tries = [opened(browser, file.as_uri()) for _ in range(TRIES)]
        browser.close()
    for what in tries[0]:
        middle = sorted(spent[what] for spent in tries)[TRIES // 2]
        print(f"{what:16} {1e3 * middle:6.0f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
