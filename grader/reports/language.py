"""The languages in which a report can be read, and the way from an English text to each.

The catalogues are gettext's: ``locale/zh_TW/LC_MESSAGES/grader.po`` is the source, and
``grader.mo`` beside it is what runs. ``tools/messages.py`` writes both.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from gettext import GNUTranslations
from importlib import resources

from grader.errors import TheirFault
from grader.model import LANGUAGES

Translate = Callable[[str], str]
"""An English text to the same in the reader's language; a text that is not known stays."""

ENGLISH = "en"


def translator(language: str) -> Translate:
    """Return what translates English into a language.

    Raises
    ------
    TheirFault
        If there is no catalogue for the language.
    """
    if language not in LANGUAGES:
        raise TheirFault(f"There is no language {language!r}; expected {', '.join(LANGUAGES)}.")
    return english if language == ENGLISH else _translated(language)


def english(text: str) -> str:
    """Leave a text as it is: all of them are written in English."""
    return text


@cache
def _translated(language: str) -> Translate:
    """Load a catalogue once. It keeps its header under the empty text, which is no text of ours."""
    held = resources.files("grader.reports") / "locale" / language / "LC_MESSAGES" / "grader.mo"
    with held.open("rb") as file:
        catalogue = GNUTranslations(file)
    return lambda text: catalogue.gettext(text) if text else text


__all__ = ["ENGLISH", "LANGUAGES", "Translate", "english", "translator"]
