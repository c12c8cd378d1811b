"""A stored document in the reader's language: its texts are made anew from ids and values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.errors import ReportBroken
from grader.model import Document
from grader.plugin_files import Plugins
from grader.reports.language import ENGLISH, Translate
from grader.reports.messages import fill
from grader.reports.phrases import compose, in_words, phrase
from grader.reports.text_catalogue import Catalogue, default, translator_with


def in_language(document: Document, language: str, plugins: Plugins = ()) -> Document:
    """Return a copy of a document whose texts are in a language.

    Parameters
    ----------
    document
        A valid one, as it is stored; it stays as it is.
    language
        One of ``LANGUAGES``. In English the document itself comes back.
    plugins
        Those of the rubric, whose texts the document has as well; without them, they stay in English.

    Notes
    -----
    What the catalogue does not know stays in English: the rubric's own titles, what
    was stored by another version under another id, and what people wrote.

    Raises
    ------
    TheirFault
        If there is no catalogue for the language.
    """
    tr = translator_with(language, plugins)
    if language == ENGLISH:
        return document
    return DocumentTranslator(default(language, plugins), tr).document(document)


class DocumentTranslator:
    """Tells a document with the texts of one language.

    Parameters
    ----------
    texts
        By check, by mistake and by message, in that language.
    tr
        What translates everything else.
    """

    def __init__(self, texts: Catalogue, tr: Translate) -> None:
        self.texts, self.tr = texts, tr

    def document(self, facts: Document) -> Document:
        """Tell everything."""
        rubric, submission = facts["rubric"], facts["submission"]
        refused = [r | {"reason": self._with_text(r["reason"])} for r in submission["refused"]]
        groups = [self.tr(group) for group in rubric["groups"]]
        return facts | {
            "reason": self._with_text(facts["reason"]) if facts["reason"] else None,
            "submission": submission | {"refused": refused},
            "rubric": rubric | {"title": self.tr(rubric["title"]), "groups": groups},
            "needs_review": [self._with_text(sentence) for sentence in facts["needs_review"]],
            "remarks": [self._with_text(sentence) for sentence in facts["remarks"]],
            "checks": [self._check(check) for check in facts["checks"]],
            "previous": self._previous(facts.get("previous")),
        }

    def _previous(self, previous: Document | None) -> Document | None:
        """Tell what is kept of the report before."""
        if previous is None:
            return None
        known = self.texts.mistakes
        checks = [
            check
            | {
                "title": self.tr(check["title"]),
                "mistakes": [
                    m
                    | {
                        "explanation": known[m["mistake"]].explanation
                        if m["mistake"] in known
                        else m["explanation"]
                    }
                    for m in check["mistakes"]
                ],
            }
            for check in previous["checks"]
        ]
        return previous | {"checks": checks}

    def _check(self, check: Document) -> Document:
        return check | {
            **self._message(check),
            "title": self.tr(check["title"]),
            "group": self.tr(check["group"]),
            "hint": self.tr(check["hint"]),
            "parts": [self._part(part) for part in check["parts"]],
            "diagnosis": [self._finding(finding) for finding in check["diagnosis"]],
            "remarks": [self._with_text(remark) for remark in check["remarks"]],
            "evidence": self._evidence(check["evidence"]),
        }

    def _evidence(self, evidence: Document) -> Document:
        """Tell what the arrays of a picture are called; its numbers need no language."""
        arrays = [
            pair | {"name": phrase(pair["name"], self.tr), "trial": phrase(pair["trial"], self.tr)}
            for pair in evidence.get("arrays", ())
        ]
        return evidence | {"arrays": arrays} if arrays else evidence

    def _part(self, part: Document) -> Document:
        return part | {"name": phrase(part["name"], self.tr), **self._message(part)}

    def _message(self, entry: Document) -> Document:
        """Tell the message of a check or of a part of one."""
        id_, values = entry["message_id"], entry["message_values"]
        return {"message": self._sentence(id_, values, entry["message"])}

    def _with_text(self, sentence: Document) -> Document:
        id_, values = sentence["id"], sentence["values"]
        return sentence | {"text": self._sentence(id_, values, sentence["text"])}

    def _sentence(self, id_: str | None, values: Mapping[str, Any], stored: str | None) -> Any:
        template = self.texts.sentences.get(id_ or "")
        return stored if template is None else self._fill(template, values, stored)

    def _finding(self, finding: Document) -> Document:
        """Tell a mistake by its slug; where that was left out for this reader, the advice alone."""
        entry = self.texts.mistakes.get(finding["mistake"] or "")
        if entry is None:
            advice = finding["advice"]
            return finding | {"advice": advice and self.texts.translate_advice(advice)}
        try:
            evidence: Any = fill(entry.evidence, compose(finding["values"], self.tr), self.tr)
            evidence = None if finding["evidence"] is None else evidence  # left out for this reader
        except ReportBroken:  # values of another version
            evidence = finding["evidence"]
        return finding | {
            "explanation": entry.explanation,
            "advice": entry.advice,
            "evidence": evidence,
        }

    def _fill(self, template: str, values: Mapping[str, Any], stored: Any) -> Any:
        """Fill a template; values of another version that do not fit leave what was stored."""
        try:
            return fill(template, in_words(values, self.tr), self.tr)
        except ReportBroken:
            return stored
