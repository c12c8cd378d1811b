"""Made-up classes: documents of students who are as able as students are, without running anything."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from string import Formatter
from typing import Any
from urllib.parse import quote

from grader import reports
from grader.batch import class_index
from grader.batch.class_index import ClassIndex
from grader.batch.exports import overview, summary
from grader.batch.review_queue import review_entry, sort_entries
from grader.batch.roster import Student
from grader.batch.store import NO_CHECKSUM, Store
from grader.batch.student_rows import grades, rows, unmatched_submissions
from grader.checks import CHECKS
from grader.model import (
    NOTHING,
    Failure,
    Finding,
    Item,
    Message,
    Outcome,
    Part,
    Report,
    Rubric,
    Status,
    Submission,
    Verdict,
    frozen,
)
from grader.reports.language import ENGLISH, translator
from grader.reports.pages.class_page import render_class
from grader.reports.text_catalogue import default
from grader.rubric import reader, resources

Document = dict[str, Any]
FAMILY = ("Chen", "Lin", "Huang", "Chang", "Li", "Wang", "Wu", "Liu", "Tsai", "Yang", "Garcia",
          "Müller", "Okafor", "Nguyen", "Kowalska", "陳", "林", "黃")  # fmt: skip
GIVEN = ("Wei-Ting", "Yu-Hsuan", "Chih-Hao", "Ana", "Jürgen", "Chidi", "Linh", "Zofia", "Pei-Shan",
         "怡君", "志明", "Tzu-Yu", "Maria", "Hsin-Yi", "Kai", "冠宇")  # fmt: skip
MISTAKES = {
    "linear.backward.input": ("dx_over_n", "dx_sign", "unexplained"),
    "linear.backward.weights": ("dw_over_n", "dw_times_lr"),
    "linear.backward.bias": ("db_over_n", "db_sign"),
    "sigmoid.backward": ("sigmoid_missing_one_minus_y", "sigmoid_deriv_on_x"),
    "relu.backward": ("relu_upstream_missing", "relu_mask_inverted"),
    "bce.backward": ("bce_grad_second_term_sign", "bce_uses_mse_grad"),
    "network.gradient": ("stale_memory",),
}
HARD = {
    "linear.backward.input": 0.1, "linear.backward.weights": 0.0, "bce.ends": 0.6,
    "bce.backward": 0.4, "network.gradient": 0.5, "training.lockstep": 0.7, "training.xor": 0.5,
    "linear.init": -3.0, "rules.imports": -3.0, "relu.forward": -2.5, "mse.forward": -2.0,
}  # fmt: skip
"""How much ability a check asks for; -0.5 where it is not said."""

_FLAG = Message("review_frames", frozen(file="layers.py", line=12, what="inspect.currentframe"))


def lab() -> Rubric:
    """The default rubric, in which two checks are hidden or wait for the due date."""
    made = reader.load(resources.default_rubric(), CHECKS)
    seen = {"training.lockstep": "hidden", "plots.curve": "after_due"}
    items = (replace(i, visibility=type(i.visibility)(seen[i.check])) if i.check in seen else i
             for i in made.items)  # fmt: skip
    return replace(made, items=tuple(items))


def document(id_: str, name: str, made: Rubric, dice: random.Random) -> Document:
    """A report of one student, whose ability is drawn first."""
    able = dice.gauss(0.6, 1.1)
    outcomes = tuple(_outcome(item, able, dice) for item in made.items)
    flags = (_FLAG,) if dice.random() < 0.02 else ()
    handed_in = Submission(id_, {}, f"{dice.getrandbits(256):064x}")
    if dice.random() < 0.01:
        handed_in, outcomes = (
            replace(handed_in, invalid=Message("no_python", frozen(found="a.txt"))),
            (),
        )
    status = Status.GRADED if outcomes else Status.INVALID
    report = Report(
        handed_in, made, outcomes, 7, True, ("walls",), status, needs_review=flags, seconds=3.0
    )
    return annotate(reports.document(report), id_, name, late=dice.random() < 0.06)


def annotate(report: Document, id_: str, name: str, *, late: bool = False) -> Document:
    """Say whose a report is, as a batch does."""
    people = [{"id": id_, "name": name, "email": f"{id_}@example.org"}]
    batch = {
        "seal": NO_CHECKSUM, "key": "", "id": id_, "people": people, "platform": "canvas",
        "late": late, "submitted": None, "older": [], "anonymous": False, "rescored_from": None,
    }  # fmt: skip
    return report | {"batch": batch, "late": {"days": 2.0, "percent": 10.0} if late else None}


def _outcome(item: Item, able: float, dice: random.Random) -> Outcome:
    short = HARD.get(item.check, -0.5) - able - dice.gauss(0.0, 0.7)
    if item.check.startswith("plots") and dice.random() < 0.03:
        return Outcome(item, Verdict.REVIEW, message=Message("no_line"))
    if short < 0:
        return Outcome(item, Verdict.PASSED, 1.0)
    if short > 2.2:
        verdict = dice.choice((Verdict.CRASHED, Verdict.BLOCKED, Verdict.TIMED_OUT))
        return Outcome(item, verdict)
    parts = (Part("one"), Part("two", Failure("broke_rules")))
    partly = dice.random() < 0.3
    findings: tuple[Finding, ...] = ()
    if item.check in MISTAKES and dice.random() < 0.8:
        findings = (_finding(dice.choice(MISTAKES[item.check])),)
    share = 0.5 if partly else 0.0
    return Outcome(item, Verdict.FAILED, share, None, findings=findings, parts=parts * partly)


def _finding(bug: str) -> Finding:
    """A named mistake with something in every place of its evidence."""
    fields = [
        field for _, field, _, _ in Formatter().parse(default().mistakes[bug].evidence) if field
    ]
    return Finding(bug, "Linear", frozen(**dict.fromkeys(fields, "3")) if fields else NOTHING)


class Memory(Store):
    """A store that reads from a dictionary instead of a disk."""

    def __init__(self, held: Mapping[str, Document]) -> None:
        super().__init__(Path("nowhere"))
        self.held = held

    def load(self, id_: str) -> Document | None:
        """Return what is held under an id."""
        return self.held.get(id_)


def documents(number: int, seed: int = 1) -> Iterator[Document]:
    """A class of so many."""
    dice, made = random.Random(seed), lab()
    for at in range(number):
        name = f"{dice.choice(FAMILY)} {dice.choice(GIVEN)}"
        yield document(f"{410_000_000 + 37 * at}", name, made, dice)


def register_of(found: list[Document], made: Rubric, absent: int = 0) -> ClassIndex:
    """A class of these, with a roster: the second is not on it, and some on it handed in nothing."""
    people = [found[at]["batch"]["people"][0] for at in range(len(found)) if at != 1]
    here = [Student(person["id"], person["name"], person["email"]) for person in people]
    away = [Student(f"9{at:08d}", f"Absent {at}") for at in range(absent)]
    ids = tuple(document["batch"]["id"] for document in found)
    return ClassIndex(
        made.title, "canvas", ids, class_index.columns(made), made.total, (*here, *away),
        ("notes.pdf",),
    )  # fmt: skip


def facts(found: list[Document], index: ClassIndex, language: str = ENGLISH) -> dict[str, Any]:
    """What the page of a class is made of, gathered as a batch gathers it."""
    store = Memory({document["batch"]["id"]: document for document in found})
    graded = list(grades(store, index, {}))
    students = rows(graded, index)
    told = summary.facts(graded, students, index, (), ())
    tr = translator(language)
    told_in = {id_: reports.in_language(held, language) for id_, held in store.held.items()}
    strangers = unmatched_submissions(students)
    waits = sort_entries(
        review_entry(id_, told_in.get(id_), index, tr, is_unmatched=id_ in strangers)
        for id_ in index.ids
    )
    pages = {id_: f"pages/{quote(store.path(id_).stem)}.html" for id_ in store.held}
    return overview.page_data(told, students, index, waits, (), pages.get, language)


def page(number: int, absent: int = 0, seed: int = 1, language: str = ENGLISH) -> str:
    """The page of a class of so many, and some who are absent."""
    found = list(documents(number, seed))
    told = facts(found, register_of(found, lab(), absent), language)
    return render_class(told, translator(language))
