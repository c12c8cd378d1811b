"""Text that a student may write to break a report, and what must never be left of it."""

from __future__ import annotations

import unicodedata

from hypothesis import strategies as st

PIECES = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</pre></td></tr>",
    "\x1b[31mred\x1b[0m",
    "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
    "\x1b]0;title",
    "\x9b2J",
    "\u202eevil\u202c",
    "\u2066iso\u2069",
    "a\u200bb\ufeff",
    "\ud800",
    "\udfff\x00",
    "\x08\x08\x7f",
    "\n::error file=a.py::boo",
    "::set-output name=x::y",
    "##[error]boo",
    "##vso[task.complete]",
    "]]>",
    "<![CDATA[",
    "&amp;&#60;",
    "[link](https://evil.example)",
    "![picture](https://evil.example/a.png)",
    "<https://evil.example>",
    "https://evil.example",
    "www.evil.example",
    "| a | b |",
    "\n|---|---|\n",
    "\n# heading\n",
    "\n- item\n",
    "1. one",
    "`code` ```\nfence",
    "$x$ **bold** _it_ ~~no~~",
    "@everyone #12 GH-12",
    "[bold red]markup[/bold red]",
    "[link=https://evil.example]x[/link]",
    "[/]",
    ":smile:",
    "{0.__class__}",
    "{name!r}",
    "\u2028\u2029\x85",
    "\ue000\U000f0000\U0010ffff",
    "e" + "\u0301" * 50,
    "中文 🙏 ❤\ufe0f",
    " " * 5,
    "x" * 500,
    "=cmd()",
)

PAYLOADS = st.lists(
    st.one_of(st.sampled_from(PIECES), st.text(st.characters(), max_size=8)), max_size=6
).map("".join)


def unseen(text: str) -> list[str]:
    """List the characters of a text that a reader cannot see, each once; line feeds are allowed."""
    kinds = ("Cc", "Cf", "Cs", "Co", "Cn")
    return [c for c in sorted(set(text)) if c != "\n" and unicodedata.category(c) in kinds]


def commands(text: str) -> list[str]:
    """List the lines that a build server would obey."""
    return [line for line in text.splitlines() if line.lstrip().startswith("::") or "##[" in line]
