"""Where pages are set: templates in which every value is escaped, and files that carry all they need.

A page fetches nothing. Its styles and its script stand in it, and its policy names the
digests of these two, so that a browser refuses whatever else would be style or script.
"""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from grader.reports import wording
from grader.reports.language import Translate

_FORMS = re.compile(r"\{(\w+):([^{}|]+)\|([^{}|]+)\}")


def page(
    template: str,
    tr: Translate,
    *,
    styles: tuple[str, ...],
    scripts: tuple[str, ...],
    **facts: Any,
) -> str:
    """Set a template of this package.

    Parameters
    ----------
    template
        The name of its file. It gets ``tr``, the facts, ``style``, ``script`` and ``policy``.
    tr
        What translates the fixed words.
    styles, scripts
        Names of files of this package, whose contents go into the page as they are.
    **facts
        Whatever the template shows. Every text among them is escaped.

    Returns
    -------
    str
        A whole HTML file, with a line feed at its end.
    """
    style = "".join(_contents(name) for name in styles)
    action = "".join(_contents(name) for name in scripts)
    own = {
        "style": Markup(style),  # noqa: S704 - a file of this package
        "script": Markup(action),  # noqa: S704 - a file of this package
        "policy": _policy(style, action),
    }
    return _environment().get_template(template).render(tr=tr, **own, **facts).strip() + "\n"


def fill(template: str, **values: object) -> Markup:
    """Put values into the named fields of a translated text; each of them is escaped.

    ``{name:point|points}`` is the form of a word that goes with the number of that name.

    Raises
    ------
    KeyError
        If the text has a field for which there is no value.
    """
    text = _FORMS.sub(lambda form: form[2 if str(values[form[1]]) == "1" else 3], template)
    return Markup(escape(text)).format(**values)  # noqa: S704 - escaped right here


def _policy(style: str, script: str) -> str:
    """Allow this style, this script and pictures that stand in the page; nothing else."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


@cache
def _contents(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("grader.reports", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"fill": fill, "number": wording.number}
    return environment


__all__ = ["fill", "page"]
