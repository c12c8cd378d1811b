"""What is published, and how: workflows, image and citation are held against the project."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from grader.version import __version__

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
WORKFLOWS = [
    *sorted((ROOT / ".github/workflows").glob("*.yml")),
    ROOT / "grader/course/files/verify.yml",
    ROOT / "grader/course/files/github/grade.yml",
]


def read(path: Path) -> dict[str, Any]:
    """Read a YAML file."""
    document: dict[str, Any] = YAML(typ="safe").load(path.read_text("utf-8"))
    return document


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_are_tight(path: Path) -> None:
    """A workflow begins with reading alone, has a limit of time, and pins what it uses."""
    workflow = read(path)
    assert workflow["permissions"] == {"contents": "read"}
    for job in workflow["jobs"].values():
        assert job["timeout-minutes"] <= 30
        for step in job["steps"]:
            uses = step.get("uses", "x/y@v1.0")
            assert re.fullmatch(r"[\w-]+/[\w/-]+@v\d+(\.\d+)+", uses) or uses.startswith(
                "ORGANISATION/"
            )
            assert "${{ github.event" not in step.get("run", "")
            if uses.startswith("actions/checkout"):
                assert step["with"]["persist-credentials"] is False


def test_a_release_attests_and_publishes() -> None:
    """A release is built and attested in one job, and published without a password in another."""
    jobs = read(ROOT / ".github/workflows/release.yml")["jobs"]
    assert jobs["build"]["permissions"] == {
        "contents": "read", "id-token": "write", "attestations": "write",
    }  # fmt: skip
    uses = [
        step.get("uses", "").partition("@")[0] for job in jobs.values() for step in job["steps"]
    ]
    assert "actions/attest-build-provenance" in uses
    assert uses[-1] == "pypa/gh-action-pypi-publish"
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert jobs["publish"]["needs"] == "build"


def test_the_image_holds_what_a_wheel_is_built_of() -> None:
    """Whatever the wheel is built of is let into the image, and nothing runs there as root."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    allowed = {line.removeprefix("!") for line in lines if line.startswith("!")}
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    for source in (
        *wheel["packages"],
        *wheel["force-include"],
        "LICENSE",
        "README.md",
        "pyproject.toml",
    ):
        assert any(source == name or source.startswith(f"{name}/") for name in allowed), source
    recipe = (ROOT / "Dockerfile").read_text("utf-8")
    assert recipe.index("\nUSER grader") < recipe.index("\nENTRYPOINT")


def test_the_citation_is_that_of_the_project() -> None:
    """CITATION.cff has the keys that its format demands, and this version and licence."""
    citation = read(ROOT / "CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["version"] == __version__
    assert citation["license"] == PROJECT["project"]["license"]


def test_the_command_has_the_name_of_the_package_too() -> None:
    """`uvx backprop-grader` finds a command, the same as `grade`."""
    scripts = PROJECT["project"]["scripts"]
    assert scripts["backprop-grader"] == scripts["grade"]
