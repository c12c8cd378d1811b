"""Which statements of a file run when it is imported for its classes, and which wait for the main program.

A script that trains, or asks for input, where it is imported would cost all the time there is, and
what stands below would be lost. From the first statement that does so, only imports, definitions,
constants and what a definition needs are run. A file without such a statement runs as a whole.
"""

from __future__ import annotations

import ast
import symtable
from typing import (
    Callable,
    FrozenSet,
    Iterable,
    Iterator,
    List,
    NamedTuple,
    Sequence,
    Set,
)

from .source_text import first_line, parse
from .training_statements import (
    DEFINITIONS,
    IMPORTS,
    LOOPS,
    is_main_guard,
    names_in,
    outside_scopes,
    training_names,
    trains,
)

IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


class SubmissionNames(NamedTuple):
    """Names in all files of a submission.

    Parameters
    ----------
    training
        The functions and methods that train, or call what trains.
    taken
        What some file takes from a module.
    """

    training: FrozenSet[str]
    taken: FrozenSet[str]


def names_of_submission(texts: Iterable[str]) -> SubmissionNames:
    """Return the names in some source texts; those that cannot be parsed have none."""
    trees = [parse(text) for text in texts if _can_be_parsed(text)]
    return SubmissionNames(training_names(trees), frozenset(_names_from_modules(trees)))


def statements_left_out(text: str, names: Callable[[], SubmissionNames]) -> FrozenSet[int]:
    """Return the numbers of the top-level statements that an import for classes leaves out.

    Parameters
    ----------
    text
        The source text, which can be parsed.
    names
        Gives the names of all files: it is called only for a text that may train.
    """
    body = parse(text).body
    if not any(_may_train(node) for node in body):
        return frozenset()
    training, taken = names()
    first = next((n for n, node in enumerate(body) if trains(node, training)), None)
    if first is None:
        return frozenset()
    return _left_out(body, first, _global_names(text) | taken)


def rest_left_out(text: str, failed: int) -> FrozenSet[int]:
    """Return what is left out after a statement that could not be run: all that is no definition.

    What a definition needs is run, unless it needs what the failed statement would have defined.
    """
    body = parse(text).body
    return _left_out(body, failed, _global_names(text))


def only_definitions(text: str, start: int) -> FrozenSet[int]:
    """Return what is left out from a statement on, if nothing may be run that may take long."""
    body = parse(text).body
    return frozenset(n for n in range(start, len(body)) if not _costs_nothing(body[n]))


def prepared_lines(text: str) -> List[range]:
    """Return the lines of the ``try`` blocks that expect an import to fail."""
    blocks = [node for node in ast.walk(parse(text)) if isinstance(node, ast.Try)]
    return [
        range(first_line(node.body[0]), first_line(node.handlers[0].body[0]))
        for node in blocks
        if node.handlers and IMPORT_ERRORS & {name for h in node.handlers for name in _caught(h)}
    ]


def _caught(handler: ast.ExceptHandler) -> Iterator[str]:
    """Yield the names of what a handler catches; Exception, if it catches all."""
    if handler.type is None:
        yield "Exception"
    else:
        yield from names_in(ast.walk(handler.type))


def _can_be_parsed(text: str) -> bool:
    try:
        parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _may_train(node: ast.stmt) -> bool:
    """Return whether a statement calls something or repeats something, and is no definition."""
    if isinstance(node, (*DEFINITIONS, *IMPORTS)) or is_main_guard(node):
        return False
    return any(isinstance(part, (ast.Call, *LOOPS)) for part in outside_scopes(node))


def _names_from_modules(trees: Sequence[ast.Module]) -> Set[str]:
    """Return the names that some files take from modules: imported, or read as attributes of one."""
    names: Set[str] = set()
    for tree in trees:
        nodes = list(ast.walk(tree))
        for node in nodes:
            if isinstance(node, ast.ImportFrom):
                names |= {alias.name for alias in node.names}
        imports = [node for node in nodes if isinstance(node, ast.Import)]
        modules = {alias.asname or alias.name for node in imports for alias in node.names}
        names |= {
            node.attr
            for node in nodes
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in modules
        }
    return names


def _left_out(body: Sequence[ast.stmt], first: int, wanted: Set[str]) -> FrozenSet[int]:
    """Return the numbers of the statements from the first one on that are not needed."""
    needed = set(wanted)
    bound = {name for node in body[:first] for name in _bound_names(node)}
    later = range(first, len(body))
    run = {n for n in later if n != first and _costs_nothing(body[n])}
    for n in run:
        needed |= _loaded_names(body[n])
    while True:
        known = bound | {name for n in run for name in _bound_names(body[n])}
        missing = needed - known
        more = {n for n in later if n not in run and missing & set(_bound_names(body[n]))}
        if not more:
            return frozenset(later) - run
        run |= more
        for n in more:
            needed |= _loaded_names(body[n])


def _costs_nothing(node: ast.stmt) -> bool:
    """Return whether a statement is an import, a definition, or an assignment that calls nothing."""
    if isinstance(node, (*DEFINITIONS, *IMPORTS, ast.Pass)) or is_main_guard(node):
        return True
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Try):
        inner = [*node.body, *node.orelse, *node.finalbody]
        return any(isinstance(part, IMPORTS) for part in inner) and not any(
            isinstance(part, LOOPS) for part in ast.walk(node)
        )
    if isinstance(node, ast.If):
        return any(isinstance(part, DEFINITIONS) for part in [*node.body, *node.orelse])
    is_plain = isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Delete))
    return is_plain and not any(isinstance(part, ast.Call) for part in outside_scopes(node))


def imported_names(node: ast.stmt) -> List[str]:
    """Return the names that the imports in a statement define."""
    imports = [part for part in ast.walk(node) if isinstance(part, (ast.Import, ast.ImportFrom))]
    aliases = [alias for part in imports for alias in part.names]
    return [alias.asname or alias.name.partition(".")[0] for alias in aliases]


def _global_names(text: str) -> Set[str]:
    """Return the names that the functions and classes of a file read from the file itself."""
    names: Set[str] = set()
    waiting: List[symtable.SymbolTable] = symtable.symtable(text, "<file>", "exec").get_children()
    while waiting:
        table = waiting.pop()
        names |= {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
        waiting += table.get_children()
    return names


def _loaded_names(node: ast.stmt) -> Set[str]:
    return {
        part.id
        for part in outside_scopes(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
    }


def _bound_names(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement gives a meaning."""
    if isinstance(node, DEFINITIONS):
        yield node.name
        return
    for part in outside_scopes(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
        elif isinstance(part, IMPORTS):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in part.names)
        elif isinstance(part, DEFINITIONS):
            yield part.name
