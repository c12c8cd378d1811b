"""The zoo keeps its promises: wrong programs are wrong where they say so, right ones are right."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from grader.audit.zoo import Right, Wrong, Zoo, load

pytestmark = pytest.mark.no_cover

FOLDER = Path(__file__).parent / "zoo"
TRAINED = {"training.linear", "training.xor"}  # the probe trains nothing to the end

PARTS = 4
"""In so many parts the probe reads the zoo, so that the processes of a test run share the work."""

LostReply = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def zoo() -> Zoo:
    return load(FOLDER)


def _question(name: str, files: dict[str, bytes], **settings: object) -> dict[str, object]:
    text = {path: base64.b64encode(data).decode() for path, data in files.items()}
    rest = {"plain": False, "partial": False, "slack": 1.0, "checks": []}
    return {"name": name, "files": text} | rest | settings


def _about_right(right: Right) -> dict[str, object]:
    slack = 1e4 if "float32" in right.conventions else 1.0
    partial = "partial" in right.conventions
    return _question(f"right {right.name}", right.files, partial=partial, slack=slack)


def _about_wrong(wrong: Wrong) -> dict[str, object]:
    asked = sorted(set(wrong.fails) - TRAINED)
    return _question(f"wrong {wrong.bug}", wrong.files, plain=True, checks=asked)


def _ask(questions: list[dict[str, object]]) -> LostReply:
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    done = subprocess.run(
        [sys.executable, str(FOLDER / "probe.py")],
        input=lines,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return dict(json.loads(line) for line in done.stdout.splitlines())


def test_every_edit_applies_and_every_slug_is_its_own(zoo: Zoo) -> None:
    """The zoo loads (each edit finds its place once) and no slug or name is used twice."""
    names = Counter([w.bug for w in zoo.wrongs] + [r.name for r in zoo.rights])
    assert [name for name, times in names.items() if times > 1] == []


def test_the_zoo_is_large_enough(zoo: Zoo) -> None:
    """There are at least 150 single mistakes (45 in Linear), 30 pairs and 40 right programs."""
    assert len(zoo.singles) >= 150
    assert sum(w.subject == "Linear" for w in zoo.singles) >= 45
    assert len(zoo.pairs) >= 30
    assert len(zoo.rights) >= 40


def test_every_program_compiles(zoo: Zoo) -> None:
    """Mistakes are mistakes of thought: every file of every program is Python."""
    programs = {x.bug: x.files for x in zoo.wrongs} | {x.name: x.files for x in zoo.rights}
    sources = {
        data: f"{name}/{path}"
        for name, files in programs.items()
        for path, data in files.items()
        if path.endswith(".py")
    }
    for source, where in sources.items():
        compile(source, where, "exec", dont_inherit=True)


def test_every_wrong_program_says_which_checks_it_loses(zoo: Zoo) -> None:
    """Each wrong program has a subject, a sentence, and at least one check that it fails."""
    for wrong in zoo.wrongs:
        assert wrong.subject, wrong.bug
        assert wrong.fails, wrong.bug
        assert wrong.says.endswith("."), wrong.bug


def test_the_base_is_right(zoo: Zoo) -> None:
    """The submission that all mistakes are edits of has none itself."""
    assert _ask([_question("base", zoo.base, plain=True)]) == {"base": {}}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_right_program_is_right(zoo: Zoo, part: int) -> None:
    """The probe's closed formulas find nothing in any right program, whatever its style."""
    rights = zoo.rights[part::PARTS]
    reasons = _ask([_about_right(right) for right in rights])
    assert reasons == {f"right {right.name}": {} for right in rights}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_wrong_program_behaves_wrongly(zoo: Zoo, part: int) -> None:
    """Each wrong program violates the formulas of every check that it is said to fail."""
    wrongs = zoo.wrongs[part::PARTS]
    reasons = _ask([_about_wrong(wrong) for wrong in wrongs])
    spared = {w.bug: set(w.fails) - TRAINED - set(reasons[f"wrong {w.bug}"]) for w in wrongs}
    assert {bug: sorted(checks) for bug, checks in spared.items() if checks} == {}


BUG = """
- bug: {bug}
  subject: Linear
  says: It is wrong.
  edits:
    - file: layers.py
      replace: {replace}
      with: "{new}"
  fails: [linear.forward]
"""


def _small(folder: Path, *bugs: str) -> Path:
    for name in ("base", "wrong", "right"):
        (folder / name).mkdir()
    (folder / "base" / "layers.py").write_text("a = 1\nb = 2\nb = 2\n")
    (folder / "wrong" / "linear.yaml").write_text("".join(bugs))
    (folder / "wrong" / "pairs.yaml").write_text("[]")
    (folder / "right" / "index.yaml").write_text("[]")
    return folder


def test_a_small_zoo_loads(tmp_path: Path) -> None:
    """An edit that applies gives the base's files with the one change."""
    zoo = load(_small(tmp_path, BUG.format(bug="one", replace="a = 1", new="a = 3")))
    assert zoo.singles[0].files == {"layers.py": b"a = 3\nb = 2\nb = 2\n"}
    assert zoo.singles[0].bugs == ("one",)


@pytest.mark.parametrize("text", ["b = 2", "c = 4"])
def test_a_replace_that_does_not_occur_once_is_refused(tmp_path: Path, text: str) -> None:
    """An edit whose place is missing or not the only one is an error that names the slug."""
    folder = _small(tmp_path, BUG.format(bug="lost_edit", replace=text, new="x"))
    with pytest.raises(ValueError, match="lost_edit"):
        load(folder)


def test_a_slug_used_twice_is_refused(tmp_path: Path) -> None:
    """Two entries of one slug are an error that names it."""
    one = BUG.format(bug="twice", replace="a = 1", new="a = 3")
    other = BUG.format(bug="twice", replace="a = 1", new="a = 4")
    with pytest.raises(ValueError, match="twice"):
        load(_small(tmp_path, one, other))


def test_two_names_for_one_program_are_refused(tmp_path: Path) -> None:
    """Two slugs whose edits end in equal files are an error that names both."""
    one = BUG.format(bug="first", replace="a = 1", new="a = 3")
    other = BUG.format(bug="second", replace="a = 1", new="a = 3")
    with pytest.raises(ValueError, match="second: the same files as first"):
        load(_small(tmp_path, one, other))


def test_an_edit_that_changes_nothing_is_refused(tmp_path: Path) -> None:
    """A wrong program equal to the base is an error that names the slug."""
    with pytest.raises(ValueError, match="nothing: the same files as the base"):
        load(_small(tmp_path, BUG.format(bug="nothing", replace="a = 1", new="a = 1")))
