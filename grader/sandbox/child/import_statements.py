"""Which statements of a file run when it is imported for its classes, and which wait for the main program.

A script that trains, or asks for input, where it is imported would cost all the time there is, and
what stands below would be lost. From the first statement that does so, only imports, definitions,
constants and what a definition needs are run. A file without such a statement runs as a whole.
"""

from __future__ import annotations

import ast
import re
import symtable
from typing import Dict, FrozenSet, Iterable, Iterator, List, Sequence, Set, Union

from .source_text import first_line, parse

BACK_PROPAGATION = re.compile(
    r"back_?(ward|prop|word)|^bp$|^train|^fit$|^update|^step$", re.IGNORECASE
)
"""Names of methods and functions that a loop calls which trains."""
EPOCHS = re.compile(r"epoch|iter|step|loop|times", re.IGNORECASE)
"""Names in the head of a loop that trains."""
ASKING = frozenset({"input", "raw_input"})
"""Functions that wait for a person."""
IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
SMALL = 100
"""So many turns of a loop take no time that matters, unless it calls what trains."""

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
SCOPES = (*DEFINITIONS, ast.Lambda)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
CHEAP_CALLS = frozenset({"range", "enumerate", "zip", "len", "sorted", "reversed", "list", "tuple"})

Function = Union[ast.FunctionDef, ast.AsyncFunctionDef]


def statements_left_out(text: str, others: Iterable[str] = ()) -> FrozenSet[int]:
    """Return the numbers of the top-level statements that an import for classes leaves out.

    Parameters
    ----------
    text
        The source text, which can be parsed.
    others
        The source texts of the other files, whose functions it may call and which may import from it.
    """
    body = parse(text).body
    if not any(_may_train(node) for node in body):
        return frozenset()
    trees = [parse(other) for other in others if _can_be_parsed(other)]
    training = training_names([*trees, parse(text)])
    first = next((n for n, node in enumerate(body) if _trains(node, training)), None)
    if first is None:
        return frozenset()
    return _left_out(body, first, _global_names(text) | _names_from_modules(trees))


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
        yield from _names_in(ast.walk(handler.type))


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
    return any(isinstance(part, (ast.Call, *LOOPS)) for part in _outside_scopes(node))


def is_main_guard(node: ast.stmt) -> bool:
    """Return whether a statement is ``if __name__ == "__main__":``."""
    return isinstance(node, ast.If) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test)
    )


def training_names(trees: Sequence[ast.Module]) -> FrozenSet[str]:
    """Return the names of the functions and methods in some files that train, or call what trains."""
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]
    calls: Dict[str, Set[str]] = {}
    training: Set[str] = set()
    for function in functions:
        parts = [part for statement in function.body for part in ast.walk(statement)]
        calls.setdefault(function.name, set()).update(_called_names(parts))
        loops = [part for part in parts if isinstance(part, LOOPS)]
        if any(_is_training_loop(loop) for loop in loops) or ASKING & set(_called_names(parts)):
            training.add(function.name)
    while True:
        more = {name for name, called in calls.items() if called & training} - training
        if not more:
            return frozenset(training)
        training |= more


def _is_training_loop(loop: ast.stmt) -> bool:
    """Return whether a loop in a function seems to train: by its head, or by what it calls."""
    if isinstance(loop, ast.While):
        return True
    head = [*ast.walk(loop.iter), *ast.walk(loop.target)]  # type: ignore[attr-defined]
    if any(EPOCHS.search(name) for name in _names_in(head)):
        return True
    return any(map(BACK_PROPAGATION.search, _called_names(ast.walk(loop))))


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


def _trains(node: ast.stmt, training: FrozenSet[str]) -> bool:
    """Return whether a top-level statement trains, or asks for input, when it is run."""
    if isinstance(node, (*DEFINITIONS, *IMPORTS)) or is_main_guard(node):
        return False
    parts = list(_outside_scopes(node))
    called = set(_called_names(parts))
    if called & (training | ASKING):
        return True
    return any(isinstance(part, LOOPS) and not _is_small(part) for part in parts)


def _is_small(loop: ast.stmt) -> bool:
    """Return whether a loop goes through something that is written in its head, or is short."""
    if isinstance(loop, ast.While):
        return False
    if any(map(BACK_PROPAGATION.search, _called_names(ast.walk(loop)))):
        return False
    head = list(ast.walk(loop.iter))  # type: ignore[attr-defined]
    if any(isinstance(part, ast.BinOp) for part in head):
        return False
    numbers = [part.value for part in head if isinstance(part, ast.Constant)]
    return all(name in CHEAP_CALLS for name in _names_in(head)) and all(
        not isinstance(number, (int, float)) or number <= SMALL for number in numbers
    )


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
    return is_plain and not any(isinstance(part, ast.Call) for part in _outside_scopes(node))


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
        for part in _outside_scopes(node)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)
    }


def _bound_names(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement gives a meaning."""
    if isinstance(node, DEFINITIONS):
        yield node.name
        return
    for part in _outside_scopes(node):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
            yield part.id
        elif isinstance(part, IMPORTS):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in part.names)
        elif isinstance(part, DEFINITIONS):
            yield part.name


def _outside_scopes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a statement that are evaluated with it, not when a function is called later.

    Of a definition these are its decorators, bases and defaults, and the body of a class.
    """
    waiting: List[ast.AST] = [node]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, (*FUNCTIONS, ast.Lambda)):
            defaults = [*part.args.defaults, *filter(None, part.args.kw_defaults)]
            waiting += [*defaults, *getattr(part, "decorator_list", [])]
        else:
            waiting += ast.iter_child_nodes(part)


def _called_names(parts: Iterable[ast.AST]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, ast.Call):
            yield from _names_in([part.func])


def _names_in(parts: Iterable[ast.AST]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr
