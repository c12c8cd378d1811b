"""Rules that hold across packages."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

from grader.checks import CHECKS
from grader.contract import FILES, OPTIONAL, REPLACEABLE
from grader.remote import sound_layers
from grader.reports.text_catalogue import default
from grader.rubric import reader, resources

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
MESSAGE_CONSTRUCTORS = ("Failure", "Message", "remark")


def parse_files() -> list[tuple[Path, ast.Module]]:
    files = sorted((ROOT / "grader").rglob("*.py"))
    return [(file, ast.parse(file.read_text("utf-8"))) for file in files]


def message_ids() -> list[tuple[str, str]]:
    """Every message id that stands in the code as a literal, and where."""
    ids = []
    for file, tree in parse_files():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                arg = node.args[0] if node.args else None
                if (
                    name in MESSAGE_CONSTRUCTORS
                    and isinstance(arg, ast.Constant)
                    and isinstance(arg.value, str)
                ):
                    ids.append((arg.value, f"{file.name}:{node.lineno}"))
    return ids


def test_every_message_has_a_sentence() -> None:
    """Whatever a check, the pipeline or the intake says by a literal id is in the catalogue."""
    sentences = default().sentences
    assert [place for id_, place in message_ids() if id_ not in sentences] == []
    assert len(message_ids()) > 50


def test_every_sentence_is_used() -> None:
    """No sentence is left over: its id stands somewhere else in the code as well."""
    text = "\n".join(
        file.read_text("utf-8")
        for file in (ROOT / "grader").rglob("*.py")
        if file.name != "sentences.py"
    )
    rubric = {
        f"import_{kind}" for kind in ("late", "died")
    }  # put together from how the child ended
    literals = set(re.findall(r'"([a-z_.]+)"', text)) | rubric
    assert {id_ for id_ in default().sentences if id_ not in literals} <= {"report.needs_unseen"}


def test_default_rubric_asks_for_checks_that_exist() -> None:
    """The default rubric loads, sums to 100, and leaves out what is optional, and the free form."""
    rubric = reader.load(resources.default_rubric(), CHECKS)
    assert rubric.total == 100
    unused_checks = set(CHECKS) - {item.check for item in rubric.items}
    assert {CHECKS[id_].subject for id_ in unused_checks} == OPTIONAL | {"program", "tests"}


def test_template_tests_what_the_rubric_shows() -> None:
    """One test of the template is one visible check of the default rubric, under its name."""
    rubric = reader.load(resources.default_rubric(), CHECKS)
    visible_tests = {
        f"test_{item.check.replace('.', '_')}"
        for item in rubric.items
        if item.visibility == "visible"
    }
    tree = ast.parse((resources.student_template() / "test_lab.py").read_text("utf-8"))
    tests = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    optional = tuple(f"test_{kind}_" for kind in ("tanh", "softmax", "cross_entropy"))
    assert {name for name in tests if not name.startswith(optional)} == visible_tests


def test_names_of_the_rubric_are_those_of_the_lab() -> None:
    """The default rubric gives other names for every name of the contract, and for no other."""
    rubric = reader.load(resources.default_rubric(), CHECKS)
    assert set(rubric.names) == set(FILES)


def test_every_replaceable_class_has_a_sound_source() -> None:
    """Each layer and loss that may be replaced has a sound one, whose text says only its formulas."""
    for name in REPLACEABLE:
        text = sound_layers.source(name)
        ast.parse(text, feature_version=(3, 9))
        assert text.startswith(f"class {name}:")
        assert not re.search('#|"""|->|: Any', text)


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_every_check_has_a_title_and_a_hint(check: object) -> None:
    """A check has a title from its docstring, and its hint, if it has one, is of sentences."""
    title, hint = CHECKS[check.id].title, CHECKS[check.id].hint  # type: ignore[attr-defined]
    assert 10 < len(title) < 120
    assert not hint or hint.endswith((".", "?"))


def test_child_side_imports_only_itself_numpy_and_the_packer() -> None:
    """A module of the child side imports the standard library, numpy, msgpack, what draws, and its own folder."""
    allowed = {*sys.stdlib_module_names, "numpy", "msgpack", "matplotlib", "PIL", "pyseccomp"}
    for file in (ROOT / "grader" / "sandbox" / "child").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                assert {name.name.split(".")[0] for name in node.names} <= allowed, file.name
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                assert str(node.module).split(".")[0] in allowed, file.name
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 1, file.name


def test_every_test_has_a_sentence() -> None:
    """Every test says in a docstring of its own what it holds."""
    undocumented = [
        f"{file.name}:{node.name}"
        for file in sorted((ROOT / "tests").rglob("test_*.py"))
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and "zoo" not in file.parts
        and not ast.get_docstring(node)
    ]
    assert undocumented == []


def test_every_test_that_the_walls_page_names_exists() -> None:
    """Each claim of docs/walls.md names a test, and that test is there."""
    page = (ROOT / "docs" / "walls.md").read_text("utf-8")
    named = re.findall(r"^\|.*\| `(\S+)::(\w+)` \|$", page, re.MULTILINE)
    table = page.partition("## Claim by claim")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert len(named) == len(rows) > 20
    assert [
        f"{file}::{test}"
        for file, test in named
        if not (ROOT / file).exists() or f"\ndef {test}(" not in (ROOT / file).read_text("utf-8")
    ] == []


def test_no_file_contains_a_path_of_its_author() -> None:
    """No file of the project names a path of the machine that it was written on."""
    kinds = ("*.py", "*.md", "*.toml", "*.yaml", "*.yml")
    folder = "/" + "work" + "/"
    files = [
        str(file.relative_to(ROOT))
        for kind in kinds
        for file in ROOT.rglob(kind)
        if not {".venv", ".git", "build"} & set(file.relative_to(ROOT).parts)
        and folder in file.read_text("utf-8", "replace")
    ]
    assert files == []
