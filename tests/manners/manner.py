"""Programs as students hand them in, in many manners, each right one with a twin that is wrong.

``programs/STYLE`` holds the right programs as files; ``STYLE*.yaml`` beside this module say of
each how it is handed in, how its gradient can be probed, and which one edit makes its wrong twin.
`load` reads all of them. `README.md` describes the keys.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

HERE = Path(__file__).parent
STYLES = ("network", "layers", "fused", "functions", "script")
"""One class that does all; separate layers; layers with their activation; functions; no function."""

KEYS = {
    "name", "says", "file", "of", "edits", "path", "notebook", "main", "argv", "short", "repaired",
    "probe", "wrong",
}  # fmt: skip
WRONG_KEYS = {"slug", "says", "file", "replace", "with"}
CELL = "# %%"
"""The line at which a new cell of a notebook begins."""


@dataclass(frozen=True)
class Manner:
    """One program, right or wrong.

    Parameters
    ----------
    name, style
        The name of the pair for the right program, with ``-SLUG`` behind it for the wrong one.
    says
        What is special about this manner.
    files
        Texts by path, as they are handed in.
    right
        Whether its gradients are right.
    mistake
        What is wrong, in one sentence; empty for a right program.
    twin
        The name of the right program of which a wrong one was made; its own name otherwise.
    brief
        The files with training made short, and otherwise as they are handed in.
    sources, main, argv, probe
        For the probe: the brief files before notebooks were made of them, as today's numpy can
        run them; which one runs, with which arguments; code that takes a step of the program.
    """

    name: str
    style: str
    says: str
    files: Mapping[str, str]
    right: bool
    mistake: str
    twin: str
    brief: Mapping[str, str]
    sources: Mapping[str, str]
    main: str
    argv: tuple[str, ...]
    probe: str


@functools.cache
def load() -> tuple[Manner, ...]:
    """Read all pairs; raise ValueError, with the name, where one is unsound."""
    entries: dict[str, Mapping[str, Any]] = {}
    manners: list[Manner] = []
    for style in STYLES:
        for entry in _entries(style):
            name = entry["name"]
            unknown = set(entry) - KEYS | set(entry.get("wrong", {})) - WRONG_KEYS
            if unknown or name in entries:
                raise ValueError(f"{name}: {unknown or 'this name is used twice'}")
            entries[name] = {**_inherited(entry, entries), **entry, "style": style}
            manners += _pair(entries[name], entries)
    return tuple(manners)


def _entries(style: str) -> list[Mapping[str, Any]]:
    files = sorted(HERE.glob(f"{style}*.yaml"))
    return [e for file in files for e in YAML(typ="safe").load(file.read_text("utf-8"))]


def _inherited(entry: Mapping[str, Any], entries: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return how the program from which this one is derived is made short, and probed."""
    source = entries[entry["of"]] if "of" in entry else {}
    return {key: source[key] for key in ("short", "repaired", "argv", "probe") if key in source}


def _pair(entry: Mapping[str, Any], entries: Mapping[str, Mapping[str, Any]]) -> list[Manner]:
    name, wrong = entry["name"], entry["wrong"]
    texts = _texts(entry, entries)
    mistaken = _edited_once(texts, wrong["replace"], wrong["with"], name, wrong.get("file"))
    return [
        _manner(entry, name, texts, ""),
        _manner(entry, f"{name}-{wrong['slug']}", mistaken, wrong["says"]),
    ]


def _manner(entry: Mapping[str, Any], name: str, texts: Mapping[str, str], mistake: str) -> Manner:
    handed_in = _as_notebooks if entry.get("notebook", False) else dict
    brief = _edited_each(texts, entry.get("short", {}), name)
    return Manner(
        name=name,
        style=entry["style"],
        says=entry["says"],
        files=handed_in(texts),
        right=not mistake,
        mistake=mistake,
        twin=entry["name"],
        brief=handed_in(brief),
        sources=_edited_each(brief, entry.get("repaired", {}), name),
        main=entry.get("main") or next(iter(texts)),
        argv=tuple(entry.get("argv", ())),
        probe=entry["probe"],
    )


def _texts(entry: Mapping[str, Any], entries: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the texts of a right program, by the paths under which they are handed in."""
    if "of" in entry:
        texts = _texts(entries[entry["of"]], entries)
    else:
        texts = _read(HERE / "programs" / entry["style"] / entry.get("file", f"{entry['name']}.py"))
    for edit in entry.get("edits", []):
        texts = _edited_once(texts, edit["replace"], edit["with"], entry["name"], edit.get("file"))
    if "path" in entry:
        (text,) = texts.values()
        texts = {entry["path"]: text}
    return texts


def _read(path: Path) -> dict[str, str]:
    if path.is_file():
        return {path.name: path.read_text("utf-8")}
    files = sorted(p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    if not files:
        raise ValueError(f"{path.name}: there is no such program")
    return {p.relative_to(path).as_posix(): p.read_text("utf-8") for p in files}


def _edited_once(
    texts: Mapping[str, str], old: str, new: str, name: str, file: str | None = None
) -> dict[str, str]:
    places = [path for path, text in texts.items() if old in text and file in (None, path)]
    if len(places) != 1 or texts[places[0]].count(old) != 1:
        count = sum(texts[path].count(old) for path in places)
        raise ValueError(f"{name}: {old!r} occurs {count} times, not once")
    return {p: text.replace(old, new) if p in places else text for p, text in texts.items()}


def _edited_each(texts: Mapping[str, str], edits: Mapping[str, str], name: str) -> dict[str, str]:
    for old, new in edits.items():
        texts = _edited_once(texts, old, new, name)
    return dict(texts)


def _as_notebooks(texts: Mapping[str, str]) -> dict[str, str]:
    return {path.removesuffix(".py") + ".ipynb": notebook(text) for path, text in texts.items()}


def notebook(source: str) -> str:
    """Return a notebook of a script whose cells begin with the line ``# %%``.

    A cell of comments alone is text, and ``# %matplotlib inline`` loses its hash.
    """
    cells = [part.strip("\n") for part in f"\n{source}".split(f"\n{CELL}\n")]
    made = [_cell(cell) for cell in cells if cell]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    language = {"name": "python", "version": "3.7.4"}
    metadata = {"kernelspec": kernel, "language_info": language}
    whole = {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 2}
    return json.dumps(whole, ensure_ascii=False, indent=1)


def _cell(text: str) -> dict[str, Any]:
    lines = text.splitlines(keepends=True)
    if all(line.startswith("# ") for line in lines):
        source = [line.removeprefix("# ") for line in lines]
        return {"cell_type": "markdown", "metadata": {}, "source": source}
    source = [line.removeprefix("# ") if "# %matplotlib" in line else line for line in lines]
    kind = {"cell_type": "code", "execution_count": None}
    return {**kind, "metadata": {}, "outputs": [], "source": source}


def write(texts: Mapping[str, str], folder: Path) -> None:
    """Write texts into a folder, by their paths."""
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
