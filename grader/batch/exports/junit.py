"""``junit.xml``: a suite a submission, a case a check, as build servers read it."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from grader import reports
from grader.batch.class_index import ClassIndex
from grader.batch.store import Store
from grader.model import Document
from grader.reports import junit as report_junit

NAME = "junit.xml"
_COUNTERS = ("tests", "failures", "errors", "skipped")


def render(store: Store, index: ClassIndex) -> str:
    """Write all suites; what has no report is an error of the suite."""
    totals = dict.fromkeys(_COUNTERS, 0)
    seconds, suites = 0.0, []
    for id_ in index.ids:
        document = store.load(id_)
        suite = _suite(document) if document else _missing(id_, dict(index.troubles))
        for name in _COUNTERS:
            totals[name] += int(suite.get(name, "0"))
        seconds += float(suite.get("time", "0"))
        suites.append(Xml.tostring(suite, encoding="unicode"))
    head = Xml.Element("testsuites", name=report_junit.legal(index.title), time=f"{seconds:.3f}")
    for name, number in totals.items():
        head.set(name, str(number))
    opening = Xml.tostring(head, encoding="unicode").replace(" />", ">")
    lines = ["<?xml version='1.0' encoding='utf-8'?>", opening, *suites, "</testsuites>"]
    return "\n".join(lines) + "\n"


def _suite(document: Document) -> Xml.Element:
    """Return the suite of one report in its rubric's language, under the id that the class knows."""
    language = reports.language_of(document)
    suite = report_junit.suite(
        reports.in_language(document, language), reports.translator(language)
    )
    suite.set("name", report_junit.legal(document["batch"]["id"]))
    return suite


def _missing(id_: str, troubles: dict[str, str]) -> Xml.Element:
    suite = Xml.Element("testsuite", name=report_junit.legal(id_), tests="1", errors="1", time="0")
    case = Xml.SubElement(suite, "testcase", name="The submission can be examined", time="0")
    case.set("classname", "submission")
    message = report_junit.legal(troubles.get(id_, "there is no report"))
    Xml.SubElement(case, "error", type="broken", message=message)
    return suite
