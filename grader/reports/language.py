"""The languages in which a report can be read, and the way from an English text to each.

The catalogues are gettext's: ``locale/zh_TW/LC_MESSAGES/grader.po`` is the source, and
``grader.mo`` beside it is what runs. ``tools/messages.py`` writes both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    return english if language == ENGLISH else _load(language)


def english(text: str) -> str:
    """Leave a text as it is: all of them are written in English."""
    return text


def of_locale(environ: Mapping[str, str]) -> str:
    """Return the language of a terminal, as POSIX says: the first of three variables that is set.

    Examples
    --------
    >>> of_locale({"LANG": "zh_TW.UTF-8"}), of_locale({"LC_ALL": "C", "LANG": "zh_TW.UTF-8"})
    ('zh_TW', 'en')
    """
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    name = next((environ[name] for name in names if environ.get(name)), "")
    return next((one for one in LANGUAGES if name.partition(".")[0] == one), ENGLISH)


@cache
def _load(language: str) -> Translate:
    """Load a catalogue once. It keeps its header under the empty text, which is no text of ours."""
    path = resources.files("grader.reports") / "locale" / language / "LC_MESSAGES" / "grader.mo"
    with path.open("rb") as file:
        catalogue = GNUTranslations(file)
    return lambda text: catalogue.gettext(text) if text else text


__all__ = ["ENGLISH", "LANGUAGES", "Translate", "english", "of_locale", "translator"]
