"""The files of a class's pages: which there are, when they change, who may read what, and their links."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from click.testing import CliRunner

from grader import files
from grader.batch import run as running
from grader.batch.class_index import Pages
from grader.batch.exports import pages
from grader.batch.rescore import rescore
from grader.batch.store import Store
from grader.batch.write_pages import write_pages
from grader.cli import exit_codes, main
from tests.batch import classroom
from tests.batch.classroom import LAYERS, WRONG, PretendEngine, Silent, config, grow
from tests.pages import school

HIDDEN = classroom.QUICK.replace("points: 4}", "points: 4, visibility: hidden}")
LATER = classroom.QUICK.replace("points: 4}", "points: 4, visibility: after_due}")


class Links(HTMLParser):
    """Collects the addresses of a page, and the ids that can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element links to and is called."""
        named = dict(attrs)
        if named.get("id"):
            self.ids.add(str(named["id"]))
        if tag == "a" and named.get("href"):
            self.hrefs.append(str(named["href"]))


@pytest.fixture
def course_folder(tmp_path: Path) -> Path:
    """A class of four: right, wrong, one that waits for a person, one whom we failed."""
    grow(tmp_path / "class", {
        "amy.py": LAYERS, "bob.py": WRONG, "cyd.py": LAYERS + "# review\n", "dan.py": "boom",
    })  # fmt: skip
    return tmp_path


def run(course_folder: Path, **more: object) -> Path:
    """Grade the class of a course_folder, with pages where they are asked for."""
    running.run(
        config(course_folder / "class", course_folder / "out", **more), PretendEngine(), Silent()
    )
    return course_folder / "out"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.html"))


def text(path: Path) -> str:
    return path.read_text("utf-8")


def broken_links(out: Path) -> Iterator[str]:
    """Yield the addresses of the class page that lead nowhere."""
    whole = Links(text(out / pages.NAME))
    for href in whole.hrefs:
        parts = urlsplit(href)
        target = out / unquote(parts.path) if parts.path else None
        known = whole.ids if target is None else set()
        if target is not None and target.is_file():
            known = Links(text(target)).ids
        asks = "=" in parts.fragment
        if not (asks or target is None or target.is_file()) or (
            parts.fragment and not asks and parts.fragment not in known
        ):
            yield href


def test_every_report_has_a_page_for_staff_and_one_to_hand_back(course_folder: Path) -> None:
    """There are three pages of each kind and one of the class; whoever has no report has none."""
    out = run(course_folder, pages=Pages())
    assert names(out / "pages") == names(out / "feedback") == ["amy.html", "bob.html", "cyd.html"]
    assert "cyd" in text(out / "class.html")
    assert "dan" in text(out / "class.html")


def test_every_link_leads_somewhere(course_folder: Path) -> None:
    """The pages and the checks in them that the class page links to are all there."""
    out = run(course_folder, pages=Pages())
    linked = Links(text(out / pages.NAME)).hrefs
    assert "pages/cyd.html#check-linear.forward" in linked
    assert list(broken_links(out)) == []


def test_no_pages_where_nobody_asked(course_folder: Path) -> None:
    """A batch without --html writes none, and neither does a rescore."""
    out = run(course_folder)
    rescore(Store(out), Store(out), None)
    assert not (out / "class.html").exists()
    assert not (out / "pages").exists()


def test_pages_follow_what_changes(course_folder: Path) -> None:
    """Once there, pages show a decision after a rescore, and a new submission after a batch."""
    out = run(course_folder, pages=Pages())
    decision = "id,check,points,reason,who\ncyd,linear.forward,5,by hand,ta\n"
    (out / "decisions.csv").write_text(decision, "utf-8")
    rescore(Store(out), Store(out), None)
    assert "by hand" in text(out / "pages" / "cyd.html")
    assert "cyd.html#check-" not in text(out / "class.html")
    grow(course_folder / "class", {"eve.py": LAYERS + "# eve\n"})
    run(course_folder)
    assert "eve.html" in names(out / "feedback")
    assert "pages/eve.html" in text(out / "class.html")


def test_pages_go_where_a_rescore_goes(course_folder: Path) -> None:
    """A rescore to another folder writes pages there, and leaves those that it came from."""
    out = run(course_folder, pages=Pages())
    before = text(out / "class.html")
    rescore(Store(out), Store(course_folder / "new"), classroom.loaded(HIDDEN))
    assert names(course_folder / "new" / "pages") == names(out / "pages")
    assert text(out / "class.html") == before
    assert "linear.backward.input" not in text(course_folder / "new" / "feedback" / "bob.html")


def test_pages_of_those_who_are_gone_go(course_folder: Path) -> None:
    """Nobody's page outlives the submission: it could be handed to the wrong person."""
    out = run(course_folder, pages=Pages())
    (course_folder / "class" / "bob.py").unlink()
    run(course_folder)
    assert names(out / "pages") == names(out / "feedback") == ["amy.html", "cyd.html"]
    assert "bob" not in text(out / "class.html")


def test_pages_are_made_anew_where_something_changed(course_folder: Path) -> None:
    """A rescore leaves the pages of unchanged reports alone, and makes those that are missing."""
    out = run(course_folder, pages=Pages())
    marked = [out / "pages" / "amy.html", out / "pages" / "cyd.html"]
    for page in marked:
        page.write_text("not made again", "utf-8")
    (out / "feedback" / "amy.html").unlink()
    decision = "id,check,points,reason,who\ncyd,linear.forward,5,by hand,ta\n"
    (out / "decisions.csv").write_text(decision, "utf-8")
    rescore(Store(out), Store(out), None)
    assert [text(page) == "not made again" for page in marked] == [True, False]
    assert (out / "feedback" / "amy.html").is_file()
    write_pages(Store(out), after_due=True)
    assert text(marked[0]) != "not made again"


def test_killed_run_leaves_no_page_that_passes_for_another(
    course_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While pages are written nothing is remembered, so the next run makes all of them."""
    out = run(course_folder, pages=Pages())

    def killed(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("grader.reports.render", killed)
    with pytest.raises(KeyboardInterrupt):
        write_pages(Store(out), after_due=True)
    monkeypatch.undo()
    (out / "pages" / "bob.html").write_text("of another time", "utf-8")
    write_pages(Store(out))
    assert text(out / "pages" / "bob.html") != "of another time"


def test_hidden_items_are_for_staff_alone(course_folder: Path) -> None:
    """What the rubric hides is on the staff's page, and nowhere in what is handed back."""
    out = run(course_folder, rubric=classroom.loaded(HIDDEN), pages=Pages())
    title = classroom.report(out, "bob")["checks"][1]["title"].rstrip(".")
    for told in ("linear.backward.input", title, classroom.BUG):
        assert told in text(out / "pages" / "bob.html"), told
        assert told not in text(out / "feedback" / "bob.html"), told


def test_what_waits_for_the_due_date_is_shown_after_it(course_folder: Path) -> None:
    """`grade pages --after-due` shows it to students, and a rescore keeps to that."""
    out = run(course_folder, rubric=classroom.loaded(LATER), pages=Pages())
    page = out / "feedback" / "bob.html"
    assert "linear.backward.input" not in text(page)
    assert write_pages(Store(out), after_due=True) == 3
    assert "linear.backward.input" in text(page)
    rescore(Store(out), Store(out), None)
    assert "linear.backward.input" in text(page)


def test_pages_command_writes_them_without_grading(course_folder: Path) -> None:
    """`grade pages OUT` writes the pages of a batch that has none, in the language that is asked."""
    out = run(course_folder)
    reports_before = {path: path.read_bytes() for path in (out / "reports").iterdir()}
    shown = CliRunner().invoke(main.program, ["pages", str(out), "--lang", "zh_TW"])
    assert "3 pages for staff, and 3 to hand back" in shown.output
    for page in (out / "class.html", out / "pages/amy.html", out / "feedback/amy.html"):
        assert '<html lang="zh-TW"' in text(page)
    assert {path: path.read_bytes() for path in (out / "reports").iterdir()} == reports_before
    assert main.run(["pages", str(course_folder)]) == exit_codes.WRONG_USE


def test_language_stays_until_another_is_asked(course_folder: Path) -> None:
    """A rescore and a bare `grade pages` keep the language of the pages that are there."""
    out = run(course_folder, pages=Pages("zh_TW"))
    rescore(Store(out), Store(out), None)
    write_pages(Store(out))
    assert '<html lang="zh-TW"' in text(out / "class.html")
    write_pages(Store(out), "en")
    assert '<html lang="en"' in text(out / "class.html")


def test_language_without_pages_is_refused(
    course_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--lang` is of the pages: alone it would do nothing, and says so."""
    arguments = [
        "batch",
        str(course_folder / "class"),
        "-o",
        str(course_folder / "out"),
        "--lang",
        "zh_TW",
    ]
    assert main.run(arguments) == exit_codes.WRONG_USE
    assert "--html" in capsys.readouterr().err


def test_register_of_an_older_batch_gets_pages_too(course_folder: Path) -> None:
    """A class.json that knows neither titles nor pages is read, and its checks go by their ids."""
    out = run(course_folder)
    index = Store(out).folder / "class.json"
    old = text(index)
    for key in ("title", "group", "visibility"):
        old = "\n".join(line for line in old.splitlines() if not line.startswith(f'   "{key}"'))
    old = old.replace('"bonus": false,', '"bonus": false').replace(',\n "pages": null', "")
    index.write_text(old, "utf-8")
    assert write_pages(Store(out)) == 3
    assert "linear.forward" in text(out / "class.html")


def test_ids_are_safe_as_names_of_files(tmp_path: Path) -> None:
    """Ids that lead elsewhere, look alike or break addresses have pages of their own, in their place."""
    ids = ["../../etc/passwd", "a/b", "A", "a", "..", "c:d", "é&?#%41", "<b>\"'", "陳"]
    made = school.lab()
    found = [
        school.annotate(document, id_, id_)
        for document, id_ in zip(school.documents(len(ids)), ids, strict=True)
    ]
    out = tmp_path / "out"
    store = Store(out)
    with store.locked():
        for document in found:
            store.save(document)
    school.register_of(found, made).save(store)
    assert write_pages(store) == len(ids)
    assert len(names(out / "pages")) == len(names(out / "feedback")) == len(ids)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]
    assert list(broken_links(out)) == []


def test_full_disk_is_told_as_always(course_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills up while pages are written ends as it does for reports."""
    out = run(course_folder)

    def full(path: Path, content: str | bytes) -> None:
        if path.suffix == ".html":
            raise OSError(errno.ENOSPC, "No space left on device")
        path.write_text(str(content), "utf-8")

    monkeypatch.setattr(files, "write_whole", full)
    assert main.run(["pages", str(out)]) == exit_codes.DISK_FULL


def test_whole_command_with_real_workers(tmp_path: Path, browser: Any) -> None:
    """`grade batch --html` grades, and a cell of the matrix opens the student's page at the check."""
    grow(tmp_path / "class", {"amy.py": LAYERS, "bob.py": WRONG})
    rubric = classroom.quick(tmp_path)
    out = tmp_path / "out"
    arguments = ["batch", str(tmp_path / "class"), "-o", str(out), "--rubric", str(rubric),
                 "--jobs", "1", "--html"]  # fmt: skip
    assert main.run(arguments) == exit_codes.OK
    assert list(broken_links(out)) == []
    page = browser.new_context().new_page()
    page.goto((out / "class.html").as_uri())
    page.click("button[value=matrix]")
    page.get_by_role("gridcell", name="0 of 4 points").click()
    page.wait_for_url("**/pages/bob.html#check-linear.backward.input")
    assert page.locator(":target").count() == 1
    page.go_back()
    assert page.get_attribute("button[value=matrix]", "aria-pressed") == "true"
    page.context.close()
