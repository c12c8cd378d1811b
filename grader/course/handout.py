"""What students get: template, tests, requirements and the assignment, and nothing that is hidden."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.checks import checks_with
from grader.course import assignment
from grader.course.folders import read_files
from grader.errors import TheirFault
from grader.model import LANGUAGES, Item, Rubric, Visibility
from grader.plugin_files import Plugins
from grader.reports.text_catalogue import translator_with
from grader.rubric import resources

ASSIGNMENTS = {language: f"ASSIGNMENT.{language}.md" for language in LANGUAGES} | {
    "en": "ASSIGNMENT.md"
}
"""The file of the assignment in each language."""
FOLDER = "handout"
"""The folder beside a course's rubric with the files that it hands out."""
_SHORTEST_TITLE = 12


def template_for(rubric_file: Path) -> Path:
    """Return the folder ``handout`` beside a rubric, or else the built-in template."""
    own = rubric_file.absolute().parent / FOLDER
    return own if own.is_dir() else resources.student_template()


def handout_files(rubric: Rubric, template: Path) -> dict[str, bytes]:
    """Return the files that students get, by path.

    Parameters
    ----------
    rubric
        What is graded: tests and descriptions of its hidden items are left out.
    template
        The folder that students begin with.

    Raises
    ------
    TheirFault
        If a file of the template still names a hidden item.
    """
    contents = read_files(template)
    own_requirements = contents.pop("requirements.txt", None)
    result = {path: _without_hidden(path, content, rubric) for path, content in contents.items()}
    for language, name in ASSIGNMENTS.items():
        result[name] = assignment.text(rubric, translator_with(language, rubric.plugins)).encode()
    packages = "\n".join([*dict.fromkeys([*rubric.packages, "pytest"])]) + "\n"
    result["requirements.txt"] = own_requirements or packages.encode()
    _demand_nothing_hidden(result, rubric)
    return dict(sorted(result.items()))


def hidden_items(rubric: Rubric) -> list[Item]:
    """Return the items that students may not read, or not yet."""
    return [item for item in rubric.items if item.visibility is not Visibility.VISIBLE]


def _without_hidden(path: str, content: bytes, rubric: Rubric) -> bytes:
    """Take the tests of hidden items, and of checks that are not asked, out of a test file.

    Of a page, sections that name a hidden item are left out.
    """
    if path.endswith(".md"):
        return _page(content.decode("utf-8", "replace"), rubric).encode()
    if not (path.rpartition("/")[2].startswith("test_") and path.endswith(".py")):
        return content
    shown = {item.check for item in rubric.items if item.visibility is Visibility.VISIBLE}
    known = set(checks_with(rubric.plugins))
    return _without_tests(content, {_test_name(check) for check in known - shown})


def _page(text: str, rubric: Rubric) -> str:
    sections = re.split(r"(?m)^(?=## )", text)
    return "".join(
        part for part in sections if not any(_names(part, i, rubric) for i in hidden_items(rubric))
    )


def _test_name(check: str) -> str:
    return f"test_{check.replace('.', '_')}"


def _without_tests(content: bytes, names: set[str]) -> bytes:
    """Take functions out of a module, with their decorators and the empty lines after them."""
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return content
    lines = content.decode("utf-8", "replace").splitlines(keepends=True)
    for node in reversed(tree.body):
        if isinstance(node, ast.FunctionDef) and node.name in names:
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            last = node.end_lineno or node.lineno
            while last < len(lines) and not lines[last].strip():
                last += 1
            del lines[first - 1 : last]
    return "".join(lines).encode()


def _demand_nothing_hidden(contents: Mapping[str, bytes], rubric: Rubric) -> None:
    """Raise `TheirFault` where a file, or its name, still names a hidden item."""
    for item in hidden_items(rubric):
        for path, content in contents.items():
            if _names(f"{path}\n{content.decode('utf-8', 'replace')}", item, rubric):
                raise TheirFault(
                    "{file} of the handout names the hidden item {item}; take it out of the template",
                    file=path,
                    item=item.check,
                )


def _names(text: str, item: Item, rubric: Rubric) -> bool:
    return any(
        re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.]*\w)", text)
        for name in _spellings(item, rubric.plugins)
    )


def _spellings(item: Item, plugins: Plugins) -> Iterator[str]:
    """Yield the ways in which a text could name an item: its id, its test, and its titles."""
    yield item.check
    yield _test_name(item.check)
    yield item.check.replace(".", "_")
    titles = (
        assignment.title(item, checks_with(plugins), translator_with(language, plugins))
        for language in LANGUAGES
    )
    # A title of one word, such as the name of a layer, stands in the template for other reasons.
    yield from (title for title in titles if len(title) >= _SHORTEST_TITLE)
