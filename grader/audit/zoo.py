"""Reads the zoo: folders and edit lists in, whole submissions (as bytes) out.

Knows nothing of the rest of the grader; needs the standard library and a YAML reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

Files = dict[str, bytes]


@dataclass(frozen=True)
class Wrong:
    """A submission with known mistakes: one (`bugs` names it alone) or two."""

    bug: str
    subject: str
    says: str
    fails: tuple[str, ...]
    files: Files
    bugs: tuple[str, ...]


@dataclass(frozen=True)
class Right:
    """A submission in which nothing may be blamed, and the conventions that it follows."""

    name: str
    says: str
    conventions: tuple[str, ...]
    files: Files


@dataclass(frozen=True)
class Zoo:
    """Everything: the base, one mistake each, two mistakes each, and the right ones."""

    base: Files
    singles: tuple[Wrong, ...]
    pairs: tuple[Wrong, ...]
    rights: tuple[Right, ...]

    @property
    def wrongs(self) -> tuple[Wrong, ...]:
        """Singles and pairs."""
        return self.singles + self.pairs


def load(folder: Path) -> Zoo:
    """Read the zoo in `folder`; raise ValueError, with the slug, where it is unsound."""
    base = _tree(folder / "base")
    entries_by_slug = _single_entries(folder / "wrong")
    singles = tuple(_single(slug, entry, base) for slug, entry in entries_by_slug.items())
    pairs = tuple(
        _pair(e, entries_by_slug, base) for e in _entries(folder / "wrong" / "pairs.yaml")
    )
    rights = _rights(folder / "right", base)
    _check_distinct({w.bug: w.files for w in singles + pairs}, base)
    _check_distinct({r.name: r.files for r in rights}, {})
    return Zoo(base, singles, pairs, rights)


def _single_entries(folder: Path) -> dict[str, Mapping[str, Any]]:
    entries_by_slug: dict[str, Mapping[str, Any]] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name == "pairs.yaml":
            continue
        for entry in _entries(path):
            slug = _text(entry, "bug", path.name)
            _check_new(slug, entries_by_slug)
            entries_by_slug[slug] = entry
    return entries_by_slug


def _single(slug: str, entry: Mapping[str, Any], base: Files) -> Wrong:
    _check_keys(slug, entry, {"bug", "subject", "says", "edits", "fails"})
    return Wrong(
        bug=slug,
        subject=_text(entry, "subject", slug),
        says=_text(entry, "says", slug),
        fails=_names(entry, "fails", slug),
        files=_apply_edits(slug, base, entry["edits"]),
        bugs=(slug,),
    )


def _pair(
    entry: Mapping[str, Any], entries_by_slug: Mapping[str, Mapping[str, Any]], base: Files
) -> Wrong:
    bugs = _names(entry, "bugs", "pairs.yaml")
    slug = "+".join(bugs)
    _check_keys(slug, entry, {"bugs", "subject", "says", "edits", "fails"})
    if len(bugs) != 2 or not set(bugs) <= set(entries_by_slug):
        raise ValueError(f"{slug}: a pair names two bugs that are listed as single ones")
    parts = [entries_by_slug[bug] for bug in bugs]
    both = [edit for part in parts for edit in part["edits"]]
    fails = [check for part in parts for check in part["fails"]]
    return Wrong(
        bug=slug,
        subject=str(entry.get("subject", parts[0]["subject"])),
        says=str(entry.get("says", " ".join(str(part["says"]) for part in parts))),
        fails=tuple(entry.get("fails", dict.fromkeys(fails))),
        files=_apply_edits(slug, base, [*both, *entry.get("edits", [])]),
        bugs=bugs,
    )


def _rights(folder: Path, base: Files) -> tuple[Right, ...]:
    rights: dict[str, Right] = {}
    for entry in _entries(folder / "index.yaml"):
        name = _text(entry, "name", "index.yaml")
        _check_new(name, rights)
        rights[name] = _right(name, entry, folder, base)
    extra_names = {p.stem for p in folder.iterdir() if not p.name.startswith(("_", "."))}
    extra_names -= {*rights, "index"}
    if extra_names:
        raise ValueError(f"{min(extra_names)}: is in {folder.name}/ but not in its index")
    return tuple(rights.values())


def _right(name: str, entry: Mapping[str, Any], folder: Path, base: Files) -> Right:
    keys = {"name", "says", "conventions", "edits", "over_base", "line_ends", "bom"}
    _check_keys(name, entry, keys)
    on_base = "edits" in entry or entry.get("over_base", False)
    files = dict(base) if on_base else {}
    files |= _own_files(folder, name)
    files = _apply_edits(name, files, entry.get("edits", []))
    if not files:
        raise ValueError(f"{name}: no file, no folder and no edits")
    if entry.get("line_ends") == "crlf":
        files = {path: data.replace(b"\n", b"\r\n") for path, data in files.items()}
    if entry.get("bom", False):
        files = {path: b"\xef\xbb\xbf" + data for path, data in files.items()}
    conventions = tuple(str(c) for c in entry.get("conventions", []))
    return Right(name, _text(entry, "says", name), conventions, files)


def _own_files(folder: Path, name: str) -> Files:
    single_file = folder / f"{name}.py"
    return (
        {single_file.name: single_file.read_bytes()}
        if single_file.is_file()
        else _tree(folder / name)
    )


def _apply_edits(slug: str, files: Files, edits: Iterable[Mapping[str, Any]]) -> Files:
    new_files = dict(files)
    for edit in edits:
        _apply(slug, new_files, edit)
    return dict(sorted(new_files.items()))


def _apply(slug: str, files: Files, edit: Mapping[str, Any]) -> None:
    file = _text(edit, "file", slug)
    if "whole" in edit:
        files[file] = _text(edit, "whole", slug).encode()
        return
    if file not in files:
        raise ValueError(f"{slug}: there is no file {file} to edit")
    if edit.get("delete") is True:
        del files[file]
        return
    old, text = _text(edit, "replace", slug), files[file].decode()
    if text.count(old) != 1:
        raise ValueError(f"{slug}: {old!r} occurs {text.count(old)} times in {file}, not once")
    files[file] = text.replace(old, str(edit["with"])).encode()


def _tree(folder: Path) -> Files:
    names = {p.relative_to(folder): p for p in sorted(folder.rglob("*")) if p.is_file()}
    return {n.as_posix(): p.read_bytes() for n, p in names.items() if not _is_generated(n)}


def _is_generated(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)


def _entries(path: Path) -> list[Mapping[str, Any]]:
    entries = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise ValueError(f"{path.name}: expected a list of entries")
    return entries


def _text(entry: Mapping[str, Any], key: str, slug: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{slug}: `{key}` must be a text, not {value!r}")
    return value


def _names(entry: Mapping[str, Any], key: str, slug: str) -> tuple[str, ...]:
    value = entry.get(key)
    if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
        raise ValueError(f"{slug}: `{key}` must be a list of names, not {value!r}")
    return tuple(value)


def _check_keys(slug: str, entry: Mapping[str, Any], keys: set[str]) -> None:
    unknown = set(entry) - keys
    if unknown:
        raise ValueError(f"{slug}: unknown key {min(unknown)!r}")


def _check_new(slug: str, slugs_by_files: Mapping[str, object]) -> None:
    if slug in slugs_by_files:
        raise ValueError(f"{slug}: this slug is used twice")


def _check_distinct(programs: Mapping[str, Files], base: Files) -> None:
    slugs_by_files: dict[tuple[tuple[str, bytes], ...], str] = {}
    if base:
        slugs_by_files[tuple(sorted(base.items()))] = "the base"
    for slug, files in programs.items():
        first_slug = slugs_by_files.setdefault(tuple(sorted(files.items())), slug)
        if first_slug != slug:
            raise ValueError(f"{slug}: the same files as {first_slug}")
