"""Reports in English and in Traditional Chinese: nothing is missing, and nothing is mixed."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable
from functools import cache
from gettext import GNUTranslations
from itertools import pairwise
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from hypothesis import given, settings
from rich.cells import cell_len
from rich.console import Console

from grader.diagnosis import Texts
from grader.diagnosis.mistakes import MISTAKES
from grader.errors import TheirFault
from grader.reports import (
    FORMATS,
    LANGUAGES,
    for_student,
    in_language,
    render,
    text,
    validate,
    validation,
)
from grader.reports import text_catalogue as catalogues
from grader.reports.language import english, translator
from grader.reports.messages import fill
from grader.reports.phrases import compose, in_words, phrase
from grader.reports.translate import DocumentTranslator
from tests.reports import report_examples as examples
from tests.reports.graded_programs import PROGRAMS, everything, graded
from tests.reports.hostile_text import PAYLOADS, commands, unseen
from tools import messages

pytestmark = pytest.mark.no_cover

OTHERS = [language for language in LANGUAGES if language != "en"]
MAKERS = [examples.perfect, examples.typical, examples.terrible, examples.invalid]
WORDED = [form for form in FORMATS if form != "json"]
ROOT = Path(messages.__file__).parents[1]


@cache
def texts() -> dict[str, Any]:
    """Return every text that the grader says, and where it does."""
    return messages.texts()


def fields(template: str) -> list[tuple[Any, ...]]:
    """Return what a template asks for: the name and the format of each of its places.

    The forms of an English word are no place: Chinese has one form for all numbers.
    """
    parsed = Formatter().parse(template)
    return sorted(
        (name, spec, conversion)
        for _, name, spec, conversion in parsed
        if name and "|" not in (spec or "")
    )


def documents() -> list[dict[str, Any]]:
    """Return documents of all kinds: of the examples, and of real programs."""
    made = [examples.write(make()) for make in MAKERS]
    return [*made, everything(), *(graded(program) for program in PROGRAMS)]


# ---- the catalogues ----


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    """The catalogue holds just the texts of the grader, each translated and none in doubt."""
    catalogue = [message for message in messages.read(language) if message.id]
    lost = "run `python tools/messages.py`, and fill in what it names"
    assert {message.id for message in catalogue} == set(texts()), lost
    assert [message.id for message in catalogue if not message.string] == [], lost
    assert [message.id for message in catalogue if message.fuzzy] == []
    assert len(catalogue) > 1000


def test_a_name_that_is_a_constant_is_a_text() -> None:
    """A part of a check whose name is written once, as a constant of its module, has a translation."""
    assert "every point of the ground truth" in texts()


@pytest.mark.parametrize("language", OTHERS)
def test_translations_ask_for_the_same_values(language: str) -> None:
    """A translation has the places of its English, with the same names and formats."""
    known = [message for message in messages.read(language) if message.id and message.string]
    pairs = [(str(message.id), str(message.string)) for message in known]
    wrong = [said for said, translated in pairs if fields(said) != fields(translated)]
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_what_runs_is_what_was_written(language: str) -> None:
    """The compiled catalogue says what the readable one says."""
    file = messages.file_of(language).with_suffix(".mo")
    with file.open("rb") as compiled:
        held = GNUTranslations(compiled)
    known = [message for message in messages.read(language) if message.id and message.string]
    changed = [message.id for message in known if held.gettext(str(message.id)) != message.string]
    assert changed == []


COUNTED = re.compile(
    r"\{(\w+)(?::[.\w]*)?\} (?:more |new |parameter )*(?!(?:is|has|was|as|differs)\b)([a-z]+s)\b"
)
NO_COUNTS = {
    "who", "file", "kind", "what", "name", "forward", "where", "path", "sheet", "axis", "cell", "reason",
    "k", "second", "factor", "ratio", "number", "formula", "inner",
}  # fmt: skip
NEVER_ONE = {
    "run", "epochs", "digits", "limit", "of new points", "of rows", "of coordinates", "of numbers",
    "of tests", "steps steps", "found cells",
}  # fmt: skip
"""Constants of ours, limits, and the tests of a check that failed only some of them."""


def test_one_thing_is_told_in_the_singular() -> None:
    """A number with a word in the plural has a form for 1: of its own, or of the word alone."""
    bare = []
    for sentence in texts():
        for match in COUNTED.finditer(sentence):
            name, word = match.groups()
            phrase = f"{name} {match[0].partition('} ')[2]}"
            single = any(other.startswith(f"1 {word[:-1]}") for other in texts())
            if name not in NO_COUNTS and not {name, phrase} & NEVER_ONE and not single:
                bare.append(sentence)
    assert bare == []


def test_the_translator_knows_two_languages() -> None:
    """English is said as it is, the empty text stays empty, and other languages are refused."""
    assert translator("en") is english
    assert translator("zh_TW")("hint") == "提示"
    assert translator("zh_TW")("") == ""
    assert translator("zh_TW")("no text of ours") == "no text of ours"
    with pytest.raises(TheirFault, match="fr"):
        translator("fr")


def test_rubrics_and_reports_know_the_same_languages() -> None:
    """The schemas of rubrics and of reports allow the languages that there are."""
    rubric = json.loads((ROOT / "grader" / "rubric" / "rubric.schema.json").read_text("utf-8"))
    report = validation.schema()["properties"]["rubric"]
    assert tuple(rubric["properties"]["language"]["enum"]) == LANGUAGES
    assert tuple(report["properties"]["language"]["enum"]) == LANGUAGES


# ---- documents ----


@pytest.mark.parametrize("program", PROGRAMS)
def test_ids_and_values_say_all_of_it(program: str) -> None:
    """Remade from its ids and values in English, a report says what it said before."""
    document = graded(program)
    assert DocumentTranslator(catalogues.default(), english).document(document) == document
    assert [check for check in document["checks"] if check["verdict"] == "failed"]


def test_every_mistake_may_stand_in_a_report() -> None:
    """Every slug of the catalogue fits the schema, those of several mistakes included."""
    document = graded("dw_mean_over_all_entries")
    assert "+" in str([c["diagnosis"][0]["mistake"] for c in document["checks"] if c["diagnosis"]])
    validate(document)
    pattern = validation.schema()["$defs"]["slug"]["pattern"]
    assert [slug for slug in catalogues.default().mistakes if not re.match(pattern, slug)] == []


def test_everything_is_said_again() -> None:
    """Every sentence is remade from its id and its values, whatever the report holds."""
    document = everything()
    validate(document | {"late": None, "hidden_items": False})
    assert DocumentTranslator(catalogues.default(), english).document(document) == document


def test_english_is_the_document_itself() -> None:
    """In English nothing is remade."""
    document = examples.write(examples.typical())
    assert in_language(document, "en") is document


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_retold_document_is_a_report(program: str) -> None:
    """In another language a report is as valid, and says the same of every number."""
    document = graded(program)
    before = json.dumps(document)
    told = in_language(document, "zh_TW")
    validate(told)
    assert json.dumps(document) == before
    assert told != document
    kept = ("id", "points", "max_points", "verdict", "message_id", "message_values")
    for one, other in zip(document["checks"], told["checks"], strict=True):
        assert [one[key] for key in kept] == [other[key] for key in kept]
        assert numbers(one["evidence"]) == numbers(other["evidence"])


def numbers(evidence: dict[str, Any]) -> dict[str, Any]:
    """Leave out of the evidence what its arrays are called."""
    arrays = [held | {"name": "", "trial": ""} for held in evidence.get("arrays", ())]
    return evidence | {"arrays": arrays}


def seen(page: str, form: str) -> str:
    """Return what a reader sees of a page, on one line."""
    if form == "html":
        bare = re.sub(r"<(style|script)>.*?</\1>", " ", page, flags=re.DOTALL)
        bare = re.sub(r"<td><code>.*?</code>", " ", bare)  # the student's own
        page = html.unescape(re.sub(r"<[^>]*>", " ", bare))
    return " ".join(page.split())


def pieces(template: str) -> list[str]:
    """Return what a template says itself: its literal pieces that are sentences."""
    literals = (literal.strip() for literal, *_ in Formatter().parse(template))
    return [literal for literal in literals if len(re.findall(r"[a-z]{2,}", literal)) >= 3]


@pytest.mark.parametrize("form", WORDED)
def test_no_english_is_left(form: str) -> None:
    """In Chinese no format says anything that the catalogue has in English, whatever it says."""
    tr = translator("zh_TW")
    spoken = {piece for text in texts() for piece in pieces(text) if piece not in tr(text)}
    assert len(spoken) > 800
    for document in (everything(), *(graded(program) for program in PROGRAMS)):
        page = seen(render(document, form, language="zh_TW"), form)
        found = [piece for piece in spoken if piece in page]
        assert [piece for piece in found if re.search(re.escape(piece) + "(?![a-z])", page)] == []


@pytest.mark.parametrize("form", [form for form in WORDED if form != "text"])  # breaks its lines
def test_no_value_is_left_in_english(form: str) -> None:
    """No sentence about a real program holds two English words that follow each other."""
    for program in PROGRAMS:
        document = graded(program) | {"grader": {"version": "1"}}
        page = seen(render(document, form, language="zh_TW"), form)
        for exception in re.findall(r'"text": "([^"]*)"', json.dumps(graded(program))):
            page = page.replace(exception, "")
        # The student's own code, with its comments, is in the student's language.
        edits = [repair for check in document["checks"] for repair in check["repair"]]
        for line in [line for edit in edits for line in (*edit["before"], *edit["after"])]:
            for comment in re.findall("#.*", line):
                page = page.replace(comment.lstrip("# "), "")
        assert re.findall(r"\b[a-z]{3,} [a-z]{3,} [a-z]{2,}", page) == []


@pytest.mark.parametrize("form", WORDED)
def test_formats_say_what_the_catalogue_knows(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a format has translated is a text of the catalogue, in every kind of report."""
    unknown: set[str] = set()

    def translate(text: str) -> str:
        if text and text not in texts():
            unknown.add(text)
        return text

    def strict(language: str) -> Callable[[str], str]:
        assert language == "en"
        return translate

    monkeypatch.setattr("grader.reports.translator", strict)
    for user in ("phrases", "translate"):  # a phrase may be none of ours: it is looked up
        monkeypatch.setattr(f"grader.reports.{user}.phrase", lambda text, tr: text)
    for document in documents():
        for audience in ("staff", "student"):
            render(document, form, audience=audience)
    assert unknown == set()


@pytest.mark.parametrize("form", WORDED)
def test_the_rubric_gives_the_language(form: str) -> None:
    """Without an option the language is the rubric's, and English where an older one has none."""
    document = graded("bce_grad_first_term_only")
    chinese = document | {"rubric": document["rubric"] | {"language": "zh_TW"}}
    older = document | {"rubric": {k: v for k, v in document["rubric"].items() if k != "language"}}
    validate(older)
    assert render(chinese, form) == render(document, form, language="zh_TW")
    assert render(older, form) == render(document, form) == render(chinese, form, language="en")
    assert render(chinese, form) != render(document, form)


def test_json_stays_as_it_is_stored() -> None:
    """JSON is English in every language, beside the ids and values."""
    document = graded("bce_grad_first_term_only")
    assert render(document, "json", language="zh_TW") == render(document, "json")


def test_a_hint_is_translated_without_its_mistake() -> None:
    """Where a rubric tells the advice alone, it is translated although the slug is left out."""
    document = graded("dw_mean_over_all_entries")
    rubric = document["rubric"] | {"feedback": "hint"}
    told = in_language(for_student(document | {"rubric": rubric}), "zh_TW")
    advice = [finding["advice"] for check in told["checks"] for finding in check["diagnosis"]]
    assert advice
    assert all(re.search("[一-鿿]", text) and "The " not in text for text in advice)


def test_a_hidden_check_is_not_named_in_any_language() -> None:
    """A check that waits for a hidden one does not tell its title, in Gradescope's file neither."""
    document = examples.write(examples.typical())
    for form in WORDED:
        audience = "staff" if form == "gradescope" else "student"
        page = render(document, form, audience=audience, language="zh_TW")
        shown = [t["output"] for t in json.loads(page)["tests"]] if form == "gradescope" else [page]
        assert not any("Another seed" in output for output in shown)
        if form not in ("github", "sarif"):  # which tell of what failed alone
            assert any("還不能正常運作" in output for output in shown)


def test_what_another_version_said_stays() -> None:
    """A message that this grader does not know, or cannot fill, is told as it was stored."""
    document = examples.write(examples.typical())
    check = document["checks"][0] | {
        "message": "Said by another version.",
        "message_id": "wrong_value",
        "message_values": {},
    }
    told = in_language(document | {"checks": [check, *document["checks"][1:]]}, "zh_TW")
    assert told["checks"][0]["message"] == "Said by another version."
    assert told["checks"][1]["message"] == document["checks"][1]["message"]


@given(PAYLOADS)
@settings(max_examples=30, deadline=None)
def test_no_payload_speaks_in_another_language(payload: str) -> None:
    """What a student writes is as harmless in Chinese, in every format."""
    document = examples.write(examples.terrible(payload))
    for form in WORDED:
        page = render(document, form, language="zh_TW")
        assert not unseen(page)
        assert form == "github" or not commands(page)  # its own: see test_annotation_formats


# ---- words within sentences ----


@pytest.mark.parametrize(
    ("english_words", "chinese"),
    [
        ("the right one", "正確值"),
        ("min({k}, the right one)", "min({k}, 正確值)"),
        (
            "a batch of 5 (in_features 3, out_features 2)",
            "批次 5 筆（in_features 3、out_features 2）",
        ),
        ("one step: layers[0].w", "更新一步：layers[0].w"),
        ("; wrong for: {trials}", "；錯誤的有：{trials}"),
        ("layers[0].w, layers[2].w", "layers[0].w, layers[2].w"),
        ("outer(x[0], prev_grad[0])", "outer(x[0], prev_grad[0])"),
        ("", ""),
    ],
)
def test_words_are_translated_within_sentences(english_words: str, chinese: str) -> None:
    """Words of ours, patterns of them and lists are translated; code stays."""
    assert phrase(english_words, translator("zh_TW")) == chinese
    assert phrase(english_words, english) == english_words


def test_what_a_student_wrote_is_quoted() -> None:
    """The text of an exception is no word of ours, even where it reads like one."""
    values = in_words({"text": "the right one", "trial": "the right one"}, translator("zh_TW"))
    assert values == {"text": "the right one", "trial": "正確值"}


def test_chinese_has_no_spaces_between_its_characters() -> None:
    """A Chinese value takes no spaces into a Chinese sentence; a Latin one keeps them."""
    tr = translator("zh_TW")
    assert fill("你的 {name} 在", {"name": "梯度"}, tr) == "你的梯度在"
    assert fill("你的 {name} 在", {"name": "dw"}, tr) == "你的 dw 在"
    assert fill("your {name} 在", {"name": "梯度"}) == "your 梯度 在"


@pytest.mark.parametrize("language", OTHERS)
def test_every_formula_in_prose_is_translated(language: str) -> None:
    """A formula that is told in words has them in the reader's language, around its constants."""
    tr = translator(language)
    texts = {formula.text for known in MISTAKES for formula in known.formulas}
    prose = [text for text in texts if messages.is_prose(text)]
    assert len(prose) > 40
    constants = {"k": 0.5, "low": 0.25, "high": 0.75}
    told = [compose({"formula": text, **constants}, tr)["formula"] for text in prose]
    assert [text for text, other in zip(prose, told, strict=True) if "{" in other] == []
    assert [text for text in prose if tr(text) == text] == []


def test_a_finding_is_composed_of_its_values() -> None:
    """Formula, factors and trials are put together when somebody reads, in the reader's language."""
    values = {
        "formula": "min({k}, the right one)", "k": 2.5,
        "factor": ["-1", "the number of backwards so far"],
        "but": "; wrong for: {trials}",
        "trials": ["a batch of 5 (in_features 3, out_features 2)", "a layer without bias"],
        "name": "step of {parameter}", "parameter": "layers[0].w",
    }  # fmt: skip
    told = compose(values, english)
    assert told["formula"] == "min(2.5, the right one)"
    assert told["factor"] == "-1 * the number of backwards so far"
    assert (
        told["but"]
        == "; wrong for: a batch of 5 (in_features 3, out_features 2), a layer without bias"
    )
    assert told["name"] == "step of layers[0].w"
    chinese = compose(values, translator("zh_TW"))
    assert chinese["formula"] == "min(2.5, 正確值)"
    assert chinese["but"] == "；錯誤的有：批次 5 筆（in_features 3、out_features 2）、沒有偏差的層"


@pytest.mark.parametrize("form", WORDED)
def test_a_report_composes_no_text_that_it_does_not_tell(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report without findings composes the text of no mistake, in no language."""
    document = examples.write(examples.perfect())
    composed_slugs = []
    monkeypatch.setattr(Texts, "__getitem__", lambda _, slug: composed_slugs.append(slug))
    for language in LANGUAGES:
        catalogues.default.cache_clear()
        render(document, form, language=language)
    assert composed_slugs == []


@pytest.mark.parametrize("language", OTHERS)
def test_composed_mistakes_are_of_one_language(language: str) -> None:
    """A mistake that is put together of pieces has all of them in the reader's language."""
    mistakes = catalogues.default(language).mistakes
    assert set(mistakes) == set(catalogues.default().mistakes)
    told = mistakes["dx_over_n+times_lr"]
    assert told.explanation == "輸入的梯度多除了一次批次大小。此外，它多乘了一次學習率。"
    for slug, mistake in mistakes.items():
        for sentence in (mistake.explanation, mistake.advice):
            assert not re.search(r"(?:\b[a-z]{2,} ){3}", sentence), (slug, sentence)
            assert "。 " not in sentence, (slug, sentence)


# ---- the terminal ----


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_chinese_line_is_wider_than_the_console(width: int) -> None:
    """Wide characters count as two cells; every line fits, and none begins with a closing sign."""
    tr = translator("zh_TW")
    for document in documents():
        page = text.render(in_language(document, "zh_TW"), tr, width=width)
        assert max(cell_len(line) for line in page.splitlines()) <= width
        begins = {line.partition("│ ")[2].lstrip()[:1] for line in page.splitlines()}
        assert not begins & set("，。、；：）」")


def test_chinese_lines_are_filled() -> None:
    """A Chinese line breaks where it is full, not at the last space of a Latin word."""
    page = text.render(
        in_language(graded("dw_typo_assigns_negative"), "zh_TW"), translator("zh_TW")
    )
    quoted = re.compile(r"\s*│ +(\d+ |\^)")  # the student's own code
    lines = [line for line in page.splitlines() if "│" in line and not quoted.match(line)]
    whole = [one for one, other in pairwise(lines) if other[6:16].isspace()]
    assert whole
    assert min(cell_len(line) for line in whole) > 60


def test_labels_stand_in_one_column() -> None:
    """The text behind a label begins in the same cell, whatever the label's language."""
    page = text.render(
        in_language(graded("dw_typo_assigns_negative"), "zh_TW"), translator("zh_TW")
    )
    labels = ("預期", "你的結果", "錯誤", "依據", "建議", "提示")
    lines = [line for line in page.splitlines() if line[6:].startswith(labels)]
    assert len(lines) >= len(labels)
    heads = [re.match(r"    │ \S+ +", line) for line in lines]
    assert {cell_len(head[0]) for head in heads if head} == {16}


@pytest.mark.parametrize(("encoding", "language"), [("ascii", "en"), ("utf-8", "zh_TW")])
def test_a_console_without_chinese_letters_gets_english(encoding: str, language: str) -> None:
    """Where a console cannot write Chinese, the rubric's language gives way to English."""
    console = Console(file=io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    assert text.language_for(console, "zh_TW") == language
    assert text.language_for(console, "en") == "en"
