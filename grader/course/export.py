"""Packages for platforms: each a zip that is ready to be handed over, or unpacked where it says.

Only Gradescope hides by itself what is hidden, and runs a submission where its student cannot look. All
others get the visible part of a rubric.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources as package_files
from pathlib import Path
from textwrap import wrap

from grader.course import platform_results, wheel
from grader.course.archive import pack, pack_tar
from grader.course.handout import handout_files
from grader.course.platform_run import SETTINGS, Settings
from grader.course.visible_rubric import visible_rubric
from grader.model import Rubric, Visibility, tidy
from grader.reports.language import english, translator

SECONDS_BEYOND = 60.0
"""What a run may take beyond the limit of a submission: to start, and to write its report."""
SENTENCE = (
    "The grader could not finish. This is no fault of yours: your submission is stored, and the staff "
    "of your course will look at it."
)


@dataclass(frozen=True, slots=True)
class Course:
    """What is packed.

    Parameters
    ----------
    content, rubric
        The rubric's file, and what it says.
    template
        The folder that students begin with.
    assignment
        The assignment's name on the platform: one part of a path.
    options
        More options of ``grade SUBMISSION``.
    secret
        What the seed of hidden items follows from; empty for none.
    """

    content: bytes
    rubric: Rubric
    template: Path
    assignment: str
    options: tuple[str, ...] = ()
    secret: str = ""


def export(platform: str, course: Course) -> bytes:
    """Return the package of a platform, one of ``PLATFORMS``: a zip that follows from the course alone.

    Raises
    ------
    TheirFault
        If the course has nothing that this platform may show.
    """
    return PLATFORMS[platform](course)


def _gradescope(course: Course) -> bytes:
    plugins = {plugin.name: plugin.content for plugin in course.rubric.plugins}
    files = {"rubric.yaml": course.content, **plugins, **_runtime(course, course.rubric.total)}
    sentence = _sentence(course)
    test = {"name": course.rubric.title, "output": sentence, "output_format": "text"}
    files["no_result.json"] = _json({"output": sentence, "output_format": "text", "tests": [test]})
    programs = ("setup.sh", "run_autograder")
    files.update({name: _file(f"gradescope/{name}") for name in programs})
    if course.secret:
        files["secret.txt"] = course.secret.encode()
    return pack(files, programs)


def _github(course: Course) -> bytes:
    action = _visible_package(course, _sentence_alone) | {"action.yml": _file("github/action.yml")}
    assignment = {
        ".github/workflows/grade.yml": _file("github/grade.yml"),
        **handout_files(course.rubric, course.template),
    }
    readme = {"README.md": _file("github/README.md")}
    return pack(readme | _below("action", action) | _below("assignment", assignment))


def _classroom50(course: Course) -> bytes:
    script = _self_contained("classroom50/autograder.py", _visible_package(course, _of_classroom50))
    files = {
        "README.md": _file("classroom50/README.md"),
        f"autograders/{course.assignment}/autograder.py": script,
        **_below("template", handout_files(course.rubric, course.template)),
    }
    return pack(files)


def _autolab(course: Course) -> bytes:
    inner = _visible_package(course, _of_autolab) | {"grade.sh": _file("autolab/grade.sh")}
    files = {
        "autograde-Makefile": _file("autolab/autograde-Makefile"),
        "autograde.tar": pack_tar(inner, ("grade.sh",)),
    }
    return pack(files)


def _prairielearn(course: Course) -> bytes:
    package = _visible_package(course, _of_prairielearn)
    wheels = {name: content for name, content in package.items() if name.endswith(".whl")}
    tests = {name: content for name, content in package.items() if name not in wheels}
    info = {
        "title": course.rubric.title,
        "topic": "Back-propagation",
        "type": "v3",
        "gradingMethod": "External",
        "externalGradingOptions": {
            "enabled": True,
            "image": "REGISTRY/IMAGE",
            "entrypoint": "/grade/tests/run.sh",
            "timeout": int(_seconds(course) + SECONDS_BEYOND),
        },
    }
    files = {
        "image/Dockerfile": _file("prairielearn/Dockerfile"),
        **_below("image", wheels),
        "question/info.json": _json(info),
        "question/question.html": _file("prairielearn/question.html"),
        "question/tests/run.sh": _file("prairielearn/run.sh"),
        **_below("question/tests", tests),
    }
    return pack(files, ("question/tests/run.sh",))


def _vpl(course: Course) -> bytes:
    package = _visible_package(course, _of_vpl)
    files = {
        "vpl_evaluate.sh": _file("vpl/vpl_evaluate.sh"),
        "vpl_grade.py": _self_contained("vpl/vpl_grade.py", package),
        "no_result.txt": package["no_result.txt"],
    }
    return pack(files, ("vpl_evaluate.sh",))


PLATFORMS: Mapping[str, Callable[[Course], bytes]] = {
    "gradescope": _gradescope,
    "classroom50": _classroom50,
    "github": _github,
    "autolab": _autolab,
    "prairielearn": _prairielearn,
    "vpl": _vpl,
}
"""By the name on the command line."""


NoResult = Callable[[Settings], Mapping[str, str]]
"""From the settings to the files that stand for a result where the grader cannot finish."""


def _sentence_alone(settings: Settings) -> dict[str, str]:
    return {"no_result.txt": f"{settings.sentence}\n"}


def _of_classroom50(settings: Settings) -> dict[str, str]:
    result = platform_results.classroom50(None, settings, {}, when="")
    return {"no_result.json": result, **_sentence_alone(settings)}


def _of_prairielearn(settings: Settings) -> dict[str, str]:
    return {"no_result.json": platform_results.prairielearn(None, settings, english)}


def _of_autolab(settings: Settings) -> dict[str, str]:
    return {"no_result.txt": platform_results.autolab(None, settings)}


def _of_vpl(settings: Settings) -> dict[str, str]:
    return {"no_result.txt": platform_results.vpl(None, settings, english)}


def _visible_package(course: Course, no_result: NoResult) -> dict[str, bytes]:
    """Return the files with which a submission is graded by its visible items alone."""
    visible = [i for i in course.rubric.items if i.visibility is Visibility.VISIBLE]
    total = tidy(sum(item.points for item in visible if not item.bonus))
    files = visible_rubric(course.content, course.rubric) | _runtime(course, total)
    settings = _settings(course, total)
    return {**files, **{name: text.encode() for name, text in no_result(settings).items()}}


def _runtime(course: Course, max_score: float) -> dict[str, bytes]:
    name, content = wheel.build()
    return {name: content, SETTINGS: _settings(course, max_score).dump()}


def _settings(course: Course, max_score: float) -> Settings:
    problems = {group: group for group in course.rubric.groups}
    return Settings(_seconds(course), course.options, _sentence(course), max_score, problems)


def _seconds(course: Course) -> float:
    return course.rubric.limits.total_seconds * 2 + SECONDS_BEYOND


def _sentence(course: Course) -> str:
    tr = translator(course.rubric.language)
    return tr(SENTENCE)


def _self_contained(name: str, package: Mapping[str, bytes]) -> bytes:
    """Return a script with a package inside, for platforms that take one file."""
    text = "\n".join(wrap(base64.b64encode(pack(package)).decode(), 100))
    script = _file(name).decode()
    head, mark, rest = script.partition('PACKAGE = """\n')
    return (head + mark + text + "\n" + rest).encode()


def _below(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{path}": content for path, content in files.items()}


def _file(name: str) -> bytes:
    return (package_files.files(__package__) / "files" / name).read_bytes()


def _json(facts: Mapping[str, object]) -> bytes:
    return (json.dumps(facts, indent=2, ensure_ascii=False) + "\n").encode()
