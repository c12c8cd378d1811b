"""Which file of a submission takes which names from which other one: of two classes of a name one is used."""

from __future__ import annotations

import ast
from typing import Callable, Dict, Iterator, List, Mapping, Optional, Set, Tuple

from .source_text import decode_source, parse

Resolve = Callable[[str], Optional[str]]
"""Gives the dotted path that an imported name means, or None."""


def users_of_names(
    sources: Mapping[str, bytes], paths: Mapping[str, str], resolve: Resolve
) -> Dict[Tuple[str, str], Set[str]]:
    """Return the files that import each name of each file.

    Parameters
    ----------
    sources
        The files' texts by path.
    paths
        Their paths by dotted name.
    resolve
        Gives the dotted path that an absolute import means.

    Returns
    -------
    dict
        ``(path, name)`` -> the paths of the files that import it; the name ``*`` for all of a file.
    """
    users: Dict[Tuple[str, str], Set[str]] = {}
    for dotted, user in paths.items():
        for module, name in _imports(sources[user], dotted, user.endswith("__init__.py")):
            path = paths.get(resolve(module) or "")
            if path is not None and path != user:
                users.setdefault((path, name), set()).add(user)
    return users


def _imports(raw: bytes, dotted: str, is_package: bool) -> Iterator[Tuple[str, str]]:
    """Yield module and name of what a source text imports."""
    try:
        tree = parse(decode_source(raw))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    package: List[str] = dotted.split(".") if is_package else dotted.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "*") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield module, alias.name
                yield (module + "." + alias.name).lstrip("."), "*"


def count_users(users: Mapping[Tuple[str, str], Set[str]], path: str, name: str) -> Tuple[int, int]:
    """Return how many files import a name of a file, or all of it; and how many any name of it."""
    of_file = [files for (owner, _), files in users.items() if owner == path]
    of_name = {*users.get((path, name), ()), *users.get((path, "*"), ())}
    return len(of_name), len(set().union(*of_file))


def dotted_name(path: str) -> str:
    """Return the name of a file's module below the root."""
    # A dot in a file's name is none between packages: lab1.final.py may stand beside lab1.py.
    name = path[: -len(".py")].replace(".", "·").replace("/", ".")
    if name.endswith(".__init__"):
        return name[: -len(".__init__")]
    return name.replace("__init__", "")
