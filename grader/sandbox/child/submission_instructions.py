"""Instructions that import a submission, list what it defines, and bind the contract's names to that."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional

from . import adapters, command_line, figure_capture, inventory, method_patching
from .absent_packages import foreign_packages
from .alarm import alarm
from .definitions import list_other_names
from .importer import Library
from .registers import Registers, StudentError
from .serialize import MAX_ARRAYS, TEXT

GRACE_SHARE = 0.1  # of the seconds of a file: for the definitions below what was interrupted
MAX_PLACES = 5  # of one name's definitions: a message names a few


class SubmissionInstructions(Registers):
    """Holds the submission's files and what the names of the contract are bound to."""

    def __init__(self) -> None:
        super().__init__()
        self.library: Library = Library({})
        self.bound: Dict[str, Any] = {}

    def guard(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call something that runs a student's code; an error names the package that it lacks."""
        try:
            return super().guard(function, *args, **kwargs)
        except StudentError as raised:
            self.library.add_package(raised.error)
            raise

    def do_load(
        self, files: Dict[str, bytes], label: str, interrupted: Optional[Dict[str, int]] = None
    ) -> None:
        """Take a submission's files and make them importable, without the lines that did not end."""
        self.library = Library(files, label, interrupted)
        self.library.install()

    def do_import(self, path: str, seconds: float) -> None:
        """Import one file; what runs longer is interrupted, and the statements above it stay."""
        self.library.grace_seconds = GRACE_SHARE * seconds

        def load() -> None:
            with alarm(seconds), self.library.disk.mounted(), command_line.answered([]):
                self.library.load(path)

        with figure_capture.capture():
            try:
                self.guard(load)
            except StudentError as raised:  # the line where the file ended early, 0 for its end
                raised.error["stopped"] = self.library.stopped.get(path, 0)
                raise

    def do_foreign_modules(self) -> List[str]:
        """List the packages that were imported and are not the submission's, but for metrics."""
        names = foreign_packages(self.library.foreign)
        return sorted(name[:TEXT] for name in names)[:MAX_ARRAYS]

    def do_bind(self, names: Dict[str, List[str]], files: Dict[str, str]) -> Dict[str, Any]:
        """Bind each name of the contract to what the submission defines; answer ``[name, file]`` of it.

        ``names`` gives other accepted names of each, ``files`` the file where it belongs.
        """
        modules, definitions = self.library.modules(), self.library.definitions
        places = {}
        for name, others in names.items():
            entries = definitions.find(
                modules, [name, *others], files.get(name), self.library.users
            )
            if entries:
                self.bound[name] = entries[0]["object"]
                places[name] = [[entry["name"], entry["file"]] for entry in entries[:MAX_PLACES]]
        return places

    def do_inventory(self) -> Dict[str, Any]:
        """List the classes and functions that the submission defines (see ``inventory``)."""
        return self.guard(inventory.list_definitions, self.library.modules())  # type: ignore[no-any-return]

    def do_adapt(self, name: str, plan: Dict[str, Any]) -> None:
        """Bind a name to a class with the lab's interface that does what a plan says (see ``adapters``)."""
        self.bound[name] = adapters.make_class(name, plan, self.library.modules)

    def do_other_names(self) -> List[str]:
        """Name what looks like a network's code, yet was bound to no name of the contract."""
        bound = list(self.bound.values())
        return self.guard(list_other_names, self.library.modules(), bound)  # type: ignore[no-any-return]

    def do_replaced_packages(self, names: List[str]) -> List[str]:
        """Name those of some packages whose place is taken here by something that does less."""
        return self.library.replaced_packages(names)

    def do_left_out(self) -> Dict[str, int]:
        """Give the files that train when they are imported, and the first line that was left out."""
        return self.library.left_out

    def do_redefinitions(self, names: List[str]) -> List[Dict[str, Any]]:
        """List the definitions that a later one replaces by nothing."""
        return self.library.definitions.list_emptied(names)[:MAX_ARRAYS]

    def do_patch_methods(self, sources: Dict[str, str]) -> None:
        """Have each of these classes of the student's compute what the class of a text does."""
        for name, text in sources.items():
            # Guarded: a student's code may have replaced what makes a class.
            sound_class = self.guard(method_patching.compile_class, name, text)
            bound = self.bound.get(name)
            defined = adapters.own_class(bound)
            fits = defined is bound or adapters.takes_gradient_first(bound)
            if fits and isinstance(defined, type) and callable(getattr(defined, "backward", None)):
                self.guard(method_patching.patch_methods, defined, sound_class)
            elif defined is bound and bound is not None:
                self.library.replace(bound, sound_class)
                self.bound[name] = sound_class
