"""Formats that point at lines: GitHub's commands, SARIF and CTRF, held to what was published of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given, settings
from jsonschema import Draft7Validator

from grader.model import Location, Message, Report, Verdict, frozen
from grader.reports import render
from tests.reports import report_examples as examples
from tests.reports.hostile_text import PAYLOADS

FEW = settings(max_examples=40, deadline=None)
SCHEMAS = Path(__file__).parent / "schemas"
SARIF = Draft7Validator(json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text("utf-8")))
CTRF = Draft7Validator(json.loads((SCHEMAS / "ctrf-schema-0.0.json").read_text("utf-8")))
COMMAND = re.compile(
    r"::(notice|warning|error) ((?:[a-zA-Z]+=[^,:\r\n]*)(?:,[a-zA-Z]+=[^,:\r\n]*)*)::(.*)"
)
"""A workflow command as GitHub's runner reads it: properties end at ``::``, and are apart by commas."""

EVERY = [examples.perfect, examples.typical, examples.terrible, examples.invalid]
PLACE = Location("hw/layers.py", 8, 9, "Linear.backward", "statement", None, ("a", "b", "c"), 7)


def located(place: Location = PLACE) -> dict[str, Any]:
    """Make a report whose failures all have one place."""
    report = examples.typical()
    outcomes = tuple(
        o if o.verdict is Verdict.PASSED else replace(o, location=place) for o in report.outcomes
    )
    return examples.write(replace(report, outcomes=outcomes))


def commands(page: str) -> list[tuple[str, dict[str, str], str]]:
    """Read the commands of a page: kind, properties and text; every line is one."""
    result = []
    for line in page.splitlines():
        match = COMMAND.fullmatch(line)
        assert match, line
        listed = dict(entry.split("=", 1) for entry in match[2].split(","))
        codes = (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%"))
        for code, sign in codes:
            listed = {key: value.replace(code, sign) for key, value in listed.items()}
        text = match[3]
        for code, sign in codes[2:]:
            text = text.replace(code, sign)
        result.append((match[1], listed, text))
    return result


def test_github_gets_file_line_and_what_is_wrong() -> None:
    """A command for each failure, the most points first, after a notice with the score."""
    (kind, head, score), *rest = commands(render(located(), "github"))
    assert (kind, head) == ("notice", {"title": "Back-propagation lab"})
    assert "alice-smith" in score
    assert [kind for kind, _, _ in rest] == ["error"] * len(rest)
    _, place, text = rest[0]
    assert (place["file"], place["line"], place["endLine"]) == ("hw/layers.py", "8", "9")
    assert "batch_divided_twice" in text


@pytest.mark.parametrize("make", EVERY)
@pytest.mark.parametrize("language", ["en", "zh_TW"])
def test_github_gets_at_most_ten_commands(make: Callable[[], Report], language: str) -> None:
    """Never more than GitHub shows of a step; the first says how many there are besides."""
    report = make()
    many = replace(report, outcomes=report.outcomes)
    document = examples.write(many)
    failed = [c for c in document["checks"] if c["verdict"] == "failed"]
    document["checks"] += [{**c, "id": f"more.{k}"} for c in failed for k in range(20)]
    page = render(document, "github", language=language)
    assert len(commands(page)) <= 10
    if failed:
        assert len(commands(page)) == 10


@given(payload=PAYLOADS)
@FEW
def test_no_payload_becomes_a_command(payload: str) -> None:
    """As many commands, with the same properties, whatever a student writes into names and messages."""
    page = render(examples.write(examples.terrible(payload)), "github")
    plain = render(examples.write(examples.terrible("words")), "github")
    kinds = [(kind, sorted(properties)) for kind, properties, _ in commands(page)]
    assert kinds == [(kind, sorted(properties)) for kind, properties, _ in commands(plain)]


@pytest.mark.parametrize("make", EVERY)
def test_sarif_fits_its_schema(make: Callable[[], Report]) -> None:
    """Each report gives one run that is valid SARIF 2.1.0."""
    assert not list(SARIF.iter_errors(json.loads(render(examples.write(make()), "sarif"))))


def test_sarif_has_the_slug_as_rule_and_the_place() -> None:
    """Rule, level, path, lines, method and a fingerprint that does not follow from the line's number."""
    [run] = json.loads(render(located(), "sarif"))["runs"]
    result = run["results"][0]
    assert result["ruleId"] == run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"]
    assert (result["ruleId"], result["level"]) == ("batch_divided_twice", "error")
    [place] = result["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == "hw/layers.py"
    assert place["physicalLocation"]["region"] == {"startLine": 8, "endLine": 9}
    assert place["logicalLocations"][0]["fullyQualifiedName"] == "Linear.backward"
    moved = located(replace(PLACE, line=108, end_line=109, source_line=107))
    [other] = json.loads(render(moved, "sarif"))["runs"]
    assert other["results"][0]["partialFingerprints"] == result["partialFingerprints"]


@given(payload=PAYLOADS)
@FEW
def test_whatever_a_student_writes_is_valid(payload: str) -> None:
    """SARIF and CTRF stay valid, and a path is a URI, whatever stands in names and messages."""
    document = examples.write(examples.terrible(payload))
    sarif = json.loads(render(document, "sarif"))
    assert not list(SARIF.iter_errors(sarif))
    assert not list(CTRF.iter_errors(json.loads(render(document, "ctrf"))))
    for result in sarif["runs"][0]["results"]:
        for place in result["locations"]:
            uri = place["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"[\w.~/%-]*", uri, re.ASCII)


@pytest.mark.parametrize("make", EVERY)
def test_ctrf_fits_its_schema(make: Callable[[], Report]) -> None:
    """Each report is valid CTRF, and its counts are those of its tests."""
    results = json.loads(render(examples.write(make()), "ctrf"))
    assert not list(CTRF.iter_errors(results))
    tests, summary = results["results"]["tests"], results["results"]["summary"]
    assert summary["tests"] == len(tests)
    for status in ("passed", "failed", "skipped", "pending", "other"):
        assert summary[status] == sum(test["status"] == status for test in tests)


def test_ctrf_has_file_line_and_points() -> None:
    """Points and mistakes stand in extra, where a reader that does not know them passes over them."""
    tests = json.loads(render(located(), "ctrf"))["results"]["tests"]
    failed = next(test for test in tests if test["status"] == "failed")
    assert (failed["filePath"], failed["line"]) == ("hw/layers.py", 8)
    assert failed["extra"]["mistakes"] == ["batch_divided_twice"]
    assert failed["extra"]["maxPoints"] > 0


@pytest.mark.parametrize("form", ["github", "sarif", "ctrf"])
def test_a_line_of_a_cell_is_no_line_of_the_notebook(form: str) -> None:
    """A notebook's place names the file, and the cell in words; no line of its JSON is meant."""
    page = render(located(replace(PLACE, file="lab.ipynb", cell=3)), form)
    assert "lab.ipynb" in page
    assert "cell 3" in page
    for sign in ("line=8", '"startLine"', '"line"'):
        assert sign not in page


@pytest.mark.parametrize("form", ["github", "sarif", "ctrf", "junit"])
def test_paths_begin_with_the_folder_of_the_submission(form: str) -> None:
    """From the root of a repository, the place is where the file lies there."""
    assert "course/alice/hw/layers.py" in render(located(), form, folder="course/alice")


@pytest.mark.parametrize("form", ["github", "sarif"])
def test_trouble_of_an_import_is_a_warning(form: str) -> None:
    """A remark with a place is told after all failures, as a warning."""
    report = examples.typical()
    remark = Message("import.left", frozen(name="numpy", why="no"), PLACE)
    page = render(examples.write(replace(report, remarks=(remark,))), form)
    assert "warning" in page


def test_junit_has_file_and_line() -> None:
    """A case that failed carries the attributes that build servers read."""
    suites = Xml.fromstring(render(located(), "junit"))
    cases = [case.attrib for case in suites.iter("testcase") if "file" in case.attrib]
    assert {(case["file"], case["line"]) for case in cases} == {("hw/layers.py", "8")}
