"""A browser for the tests of pages, and a way to open a page in which nothing may go wrong.

``visit(html)`` opens a page and returns it. When the test ends, every page that it opened must
have kept quiet: no error on the console, no dialog, no request that leaves the machine.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
HEIGHT = 900


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium.

    One a module and not one a session: Playwright keeps a loop of asyncio running while it
    lives, and no other test could start its own beside it.
    """
    api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    if CHROMIUM is None:
        pytest.skip("there is no browser: apt-get install chromium")
    with api.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Open pages: ``visit(html, width=1280, dark=False)`` returns Playwright's page."""
    contexts: list[Any] = []
    trouble: list[str] = []

    def open_(html: str, width: int = 1280, dark: bool = False) -> Any:
        file = tmp_path / f"page{len(contexts)}.html"
        file.write_text(html, "utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHT}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        page = context.new_page()
        _listen(page, trouble)
        page.goto(file.as_uri())
        return page

    yield open_
    for context in contexts:
        context.close()
    assert trouble == []


def _listen(page: Any, trouble: list[str]) -> None:
    """Write down whatever a page must not do."""

    def spoken(message: Any) -> None:
        if message.type in ("error", "warning"):
            trouble.append(f"console: {message.text}")

    def asked(request: Any) -> None:
        if not request.url.startswith(("file:", "data:")):
            trouble.append(f"request: {request.url}")

    def shown(dialog: Any) -> None:
        trouble.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("console", spoken)
    page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    page.on("request", asked)
    page.on("dialog", shown)


@pytest.fixture
def faults() -> Callable[[Any], str]:
    """Return what axe finds against a page, as text; empty where there is nothing."""
    name = "axe_playwright_python.sync_playwright"
    axe = pytest.importorskip(name, reason="pip install axe-playwright-python")

    def found(page: Any) -> str:
        results = axe.Axe().run(page)
        return str(results.generate_report()) if results.violations_count else ""

    return found
