"""Why a class or function of the contract is not there, as the student reads it."""

from __future__ import annotations

from collections.abc import Mapping

from grader.contract import FILES, ROWS, Row
from grader.model import Failure
from grader.remote.submission_import import ImportResult, ImportTrouble

_LAYERS, _LOSSES = ("Linear", "Sigmoid"), ("MSE", "BinaryCrossEntropy")
SIBLINGS = {
    **dict.fromkeys(("Linear", "Sigmoid", "ReLU"), _LAYERS),
    **dict.fromkeys(_LOSSES, _LOSSES),
    "TLNN": ("TLNN",),
    "train": ("train",),
}
"""The names that students without a template fuse, split or call otherwise. Where none of a name's
siblings is defined, but other code of a network is, a missing name does not prove missing work."""

IMPORT_MESSAGES = {
    "EOFError": "import_waits",
    "Undecodable": "import_undecodable",
    "FileNotFoundError": "import_opens_file",
    "PermissionError": "import_opens_file",
    **dict.fromkeys(("SyntaxError", "IndentationError", "TabError"), "import_not_python"),
}
"""Kinds of import errors whose message says more than the error's own text does; of a file that is
no Python it says less, because a remark on the whole submission quotes the error once."""


def missing_name(name: str, import_result: ImportResult, rows: Mapping[str, Row] = ROWS) -> Failure:
    """Make the failure that says that a name is not defined, with the import error that may explain it."""
    file = rows[name].file if name in rows else ""
    errors = {p: e for p, e in import_result.errors.items() if p.rpartition("/")[2] == file}
    if not errors and not any(path.rpartition("/")[2] == file for path in import_result.imports):
        errors = dict(import_result.errors)
    for path, error in errors.items():
        if _is_passed_over(error):
            continue
        values = {
            "who": name,
            "file": error.get("file", path),
            "kind": error["type"],
            "text": error.get("text", ""),
        }
        if error["type"] in ("Late", "Died"):
            return Failure(f"import_{error['type'].lower()}", usable=False, **values)
        id_ = IMPORT_MESSAGES.get(error["type"], "import_raised")
        return Failure(id_, usable=False, line=error.get("line", 0), **values)
    if name in import_result.text_cells:
        path, cell = import_result.text_cells[name]
        return Failure("missing_in_text_cell", who=name, file=path, cell=cell, usable=False)
    siblings = SIBLINGS.get(name, ())
    if (
        siblings
        and import_result.other_names
        and not any(s in import_result.definitions for s in siblings)
    ):
        others = ", ".join(import_result.other_names)
        return Failure("other_style", who=name, others=others, usable=False, undecided=True)
    return Failure("missing", who=name, file=file, usable=False)


def _is_passed_over(error: ImportTrouble) -> bool:
    """Whether a file ran to its end although an import of a package failed, which explains nothing.

    A file of the lab that was not handed in may well hold what is missing.
    """
    package = str(error.get("text", "")).rpartition(" ")[2].strip("'").partition(".")[0]
    is_import = error["type"] == "ModuleNotFoundError" and f"{package}.py" not in FILES.values()
    return is_import and error.get("stopped") == 0
