"""JUnit XML, as build servers read it."""

from __future__ import annotations

import re
from xml.etree import ElementTree as Xml

from grader.model import Document
from grader.reports import wording
from grader.reports.final_score import settle
from grader.reports.language import Translate, english

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELEMENT = {
    "failed": "failure",
    "crashed": "error",
    "timed_out": "error",
    "broken": "error",
    "blocked": "skipped",
    "review": "skipped",
}


def render(document: Document, tr: Translate = english) -> str:
    """Write one suite: points are properties, a check is a case, its group the class."""
    suites, only = Xml.Element("testsuites"), suite(document, tr)
    suites.append(only)
    _summary(suites, only, document)
    Xml.indent(suites)
    return Xml.tostring(suites, encoding="unicode", xml_declaration=True) + "\n"


def suite(document: Document, tr: Translate = english) -> Xml.Element:
    """Return the suite alone, for a file with those of a whole class."""
    element = Xml.Element("testsuite")
    _properties(element, document)
    for check in document["checks"]:
        _case(element, check, tr)
    if document["reason"]:
        _invalid(element, document["reason"]["text"], tr)
    _summary(element, element, document)
    return element


def _properties(suite: Xml.Element, document: Document) -> None:
    facts = {key: wording.number(value) for key, value in _sums(document).items()}
    facts |= {"rubric": document["rubric"]["title"], "official": str(document["official"]).lower()}
    for check in document["checks"]:
        facts[f"points:{check['id']}"] = wording.points(check)
    box = Xml.SubElement(suite, "properties")
    for name, value in facts.items():
        Xml.SubElement(box, "property", name=name, value=legal(value))


def _sums(document: Document) -> dict[str, float]:
    """Return what a submission comes to; what waits for a person has no score and no total."""
    final_score = settle(document)
    sums = {"max_score": final_score.max_score, "open_points": final_score.open_points}
    if final_score.total is None:
        return sums
    late = {"late_points": final_score.late_points} if document["late"] else {}
    return {"score": final_score.score, **late, "total": final_score.total} | sums


def _case(suite: Xml.Element, check: Document, tr: Translate) -> None:
    facts = {"name": wording.title(check, tr), "classname": check["group"]}
    case = Xml.SubElement(suite, "testcase", {key: legal(value) for key, value in facts.items()})
    case.set("time", f"{check['seconds']:.3f}")
    location = check.get("location")
    if location:
        case.set("file", legal(location["file"]))
        case.set("line", str(location["line"]))
    lines = [wording.with_label(line, tr) for line in wording.lines(check, tr)]
    bullets = [f"- {line}".replace("\n", "\n  ") for line in lines]
    if check["verdict"] == "passed":
        if bullets:
            Xml.SubElement(case, "system-out").text = legal("\n".join(bullets))
        return
    tag = _ELEMENT[check["verdict"]]
    first = check["message"] or tr(wording.WORDS[check["verdict"]]) or tr("This check failed.")
    _trouble(case, tag, check["verdict"], first).text = legal("\n".join(bullets))


def _invalid(suite: Xml.Element, reason: str, tr: Translate) -> None:
    name = tr("The submission can be graded")
    case = Xml.SubElement(suite, "testcase", name=name, time="0.000")
    case.set("classname", "submission")
    _trouble(case, "error", "invalid_submission", reason)


def _trouble(case: Xml.Element, tag: str, kind: str, message: str) -> Xml.Element:
    return Xml.SubElement(case, tag, type=kind, message=legal(message.partition("\n")[0]))


def _summary(element: Xml.Element, suite: Xml.Element, document: Document) -> None:
    """Count the cases, and name whose they are."""
    element.set("name", legal(document["submission"]["name"]))
    element.set("tests", str(len(suite.findall("testcase"))))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(len(suite.findall(f"testcase/{tag}"))))
    element.set("time", f"{document['seconds']:.3f}")


def legal(text: str) -> str:
    """Strip what XML forbids; escaping is the writer's own work."""
    return _ILLEGAL.sub("", text)
