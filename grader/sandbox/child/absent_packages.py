"""Takes the place of packages that are not there: what only logs or draws bars runs on, numbers do not.

The lab needs none of them. An object of an absent package can be called, read from and written to,
and all that comes of it is absent as well. Whatever would make a number of it raises an error that
names the package, so that nothing which is judged can depend on it.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import os
import re
import sys
from types import ModuleType
from typing import (
    Any,
    Callable,
    Dict,
    Iterable,
    List,
    Mapping,
    NoReturn,
    Optional,
    Sequence,
    Set,
    Tuple,
)

from . import progress_bars

BARS = {"tqdm", "tqdm.auto", "tqdm.autonotebook", "tqdm.notebook", "tqdm.std"}
"""Modules in whose place ours are loaded even where these are installed: they write to files."""

KNOWN = frozenset({
    "IPython", "PySimpleGUI", "absl", "addict", "aim", "alive_progress", "autograd", "beautifultable", "bokeh",
    "catboost", "celluloid", "click", "clearml", "colorama", "colorlog", "comet_ml", "cupy", "cv2", "dotenv",
    "easydict", "einops", "fire", "flax", "gin", "google", "graphviz", "gym", "gymnasium", "h5py", "hydra",
    "imageio", "ipdb", "ipywidgets", "jax", "jaxlib", "jax_dataloader", "joblib", "keras", "lightgbm",
    "lightning", "livelossplot", "loguru", "mlflow", "mlxtend", "mplcursors", "mxnet", "neptune", "networkx",
    "nltk", "numba", "numexpr", "omegaconf", "openpyxl", "optuna", "orjson", "pandas", "paddle", "plotext",
    "plotly", "polars", "prettytable", "progress", "progressbar", "psutil", "pyarrow", "pydantic", "pydot",
    "pylance", "pytest", "pytorch_lightning", "ray", "requests", "rich", "scienceplots", "scipy", "seaborn",
    "sklearn", "skimage", "statsmodels", "streamlit", "swanlab", "sympy", "tabulate", "tensorboard",
    "tensorboardX", "tensorboard_logger", "tensorflow", "termcolor", "theano", "tkinter", "toolz", "torch",
    "torchaudio", "torchinfo", "torchmetrics", "torchsummary", "torchvision", "torchviz", "tqdm", "typer",
    "typing_extensions", "visdom", "visualkeras", "wandb", "xgboost", "xlrd", "xlsxwriter", "yaml",
})  # fmt: skip
"""Packages that submissions import for a log, a table or a metric. Any other name may be a file of
theirs that was forgotten, and an import of it fails as it does in Python."""

IMPORT_SYSTEM = (
    "<frozen importlib",
    os.path.dirname(importlib.__file__) + os.sep,
    os.path.dirname(__file__) + os.sep,
)
"""How the names of files begin that run between the finder and the statement that imports."""
UNKNOWN_NAME = re.compile(r"name '(\w+)' is not defined")
"""How the text of a ``NameError`` begins."""
USE_OF_ABSENT = re.compile(r"the package (\w+) is not installed")
"""What the text of an ``AbsentPackage`` says."""
METRICS = frozenset({
    "sklearn.metrics", "sklearn.datasets", "sklearn.preprocessing", "sklearn.model_selection", "sklearn.utils",
})  # fmt: skip
"""Parts of a package that trains models, which measure or prepare and train nothing."""
MAX_FRAMES = 40  # of the import system, between the finder and the statement that imports


class AbsentPackage(Exception):
    """A package is used that is not there.

    Parameters
    ----------
    package, name
        The package; what of it was used.
    """

    def __init__(self, package: str, name: str) -> None:
        super().__init__(name + " is used, and the package " + package + " is not installed")
        self.package = package


def lacking_package(error: Mapping[str, Any], names: Mapping[str, str]) -> Optional[str]:
    """Return the package for want of which there was an error, or None.

    Parameters
    ----------
    error
        ``type`` and ``text`` of it.
    names
        The packages that would have defined some names, by name.
    """
    if error["type"] == "AbsentPackage":
        use = USE_OF_ABSENT.search(error["text"])
        return use.group(1) if use else None
    name = UNKNOWN_NAME.match(error["text"]) if error["type"] == "NameError" else None
    return names.get(name.group(1)) if name else None


def foreign_packages(names: Iterable[str]) -> Set[str]:
    """Return the packages of some modules, without one of which only ``METRICS`` are among them."""
    parts: Dict[str, Set[str]] = {}
    for name in names:
        head, _, rest = name.partition(".")
        parts.setdefault(head, set())
        if rest:
            parts[head].add(head + "." + rest.partition(".")[0])
    return {head for head, modules in parts.items() if not modules or not modules <= METRICS}


class Absent:
    """Something of a package that is not there.

    Parameters
    ----------
    name
        Its dotted name, which begins with the package's.
    """

    def __init__(self, name: str) -> None:
        vars(self)["_absent_name"] = name

    def __getattr__(self, name: str) -> "Absent":
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(vars(self).get("_absent_name", "?") + "." + name)

    def __call__(self, *_: Any, **__: Any) -> "Absent":
        """Return what is as absent."""
        return self

    def __getitem__(self, _: Any) -> "Absent":
        return self

    def __setitem__(self, _: Any, __: Any) -> None:
        """Take any value, as a table does."""

    def __enter__(self) -> "Absent":  # noqa: PYI034  Python 3.9 has no Self
        return self

    def __exit__(self, *_: object) -> None:
        """Let an error pass."""

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        return "<" + str(vars(self)["_absent_name"]) + ">"

    __repr__ = __str__

    def __format__(self, _: str) -> str:
        return str(self)

    def __or__(self, other: Any) -> "Absent":  # a type in an annotation: Tensor | None
        if other is None or isinstance(other, (type, Absent)):
            return self
        return self.refuse()

    __ror__ = __or__

    def __instancecheck__(self, _: Any) -> bool:
        return False

    def __subclasscheck__(self, _: Any) -> bool:
        return False

    def __mro_entries__(self, _: Any) -> Tuple[type, ...]:
        return (AbsentBase,)

    def refuse(self, *_: Any, **__: Any) -> NoReturn:
        """Raise the error that names the package."""
        name = str(vars(self)["_absent_name"])
        raise AbsentPackage(name.partition(".")[0], name)

    __array_priority__ = 1000.0
    __iter__ = __len__ = __contains__ = refuse
    __float__ = __int__ = __index__ = __complex__ = __round__ = refuse
    __array__ = __array_ufunc__ = __array_function__ = refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __matmul__ = __rmatmul__ = refuse
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = refuse
    __pow__ = __rpow__ = __neg__ = __pos__ = __abs__ = __and__ = __rand__ = __xor__ = __rxor__ = (
        refuse
    )
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = refuse
    __hash__ = object.__hash__


class AbsentBase:
    """The base of a class that a submission derives from one of an absent package."""


class AbsentModule(ModuleType):
    """A module of an absent package: every name in it is absent."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(self.__name__ + "." + name)


def same(function: Any = None, *_: Any, **__: Any) -> Any:
    """Return a function as it is: a decorator that only makes it faster, with or without arguments."""
    return function if callable(function) else same


_BARS: Dict[str, Any] = {
    "tqdm": progress_bars.Progress, "trange": progress_bars.count,
    "tqdm_notebook": progress_bars.Progress, "tnrange": progress_bars.count,
}  # fmt: skip
SIMPLE: Mapping[str, Dict[str, Any]] = {
    **dict.fromkeys(BARS, _BARS),
    "alive_progress": {"alive_it": progress_bars.Progress},
    "progressbar": {"progressbar": progress_bars.Progress},
    "rich.progress": {"track": progress_bars.Progress},
    "numba": {"jit": same, "njit": same, "prange": range},
    "typing_extensions": {"override": same, "final": same},
}
"""Names that something simple can stand for: a loop in a bar runs, and what makes faster is left out."""


class Loader(importlib.abc.Loader):
    """Makes the modules of an absent package."""

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        """See importlib: a module in which every name is absent, unless something stands for it."""
        is_simple = spec.name in BARS
        return ModuleType(spec.name) if is_simple else AbsentModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """See importlib: give the module the names that something simple stands for."""
        vars(module).update(SIMPLE.get(module.__name__, {}))


class AbsentFinder(importlib.abc.MetaPathFinder):
    """Finds absent packages for the statements of a submission, after everything that is installed.

    Parameters
    ----------
    lines_of
        Gives the lines on which a file prepares for the import to fail, of a file of the
        submission; None for any other. There it fails.

    Attributes
    ----------
    replaced
        The packages whose place was taken.
    """

    def __init__(self, lines_of: Callable[[str], Optional[Sequence[range]]]) -> None:
        self._lines_of = lines_of
        self._loader = Loader()
        self.replaced: List[str] = []

    def remove(self) -> None:
        """Forget the modules that were made."""
        for name, module in list(sys.modules.items()):
            if getattr(getattr(module, "__spec__", None), "loader", None) is self._loader:
                del sys.modules[name]

    def find_spec(
        self, fullname: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        """See importlib: the spec of an absent package, or None."""
        del path, target
        head = fullname.partition(".")[0]
        if head not in KNOWN or not self._is_wanted():
            return None
        parent = sys.modules.get(head)
        if parent is not None and not isinstance(parent, AbsentModule):
            return None
        return self.spec(fullname)

    def spec(self, fullname: str) -> importlib.machinery.ModuleSpec:
        """Return the spec of a module that takes the place of another one."""
        head = fullname.partition(".")[0]
        if head not in self.replaced:
            self.replaced.append(head)
        return importlib.machinery.ModuleSpec(fullname, self._loader, is_package=True)

    def _is_wanted(self) -> bool:
        """Return whether a statement of the submission imports now, and is not prepared for a failure."""
        frame, steps = sys._getframe(2), 0  # noqa: SLF001  the finder is called by the import system
        while frame is not None and steps < MAX_FRAMES:
            file = frame.f_code.co_filename
            if not file.startswith(IMPORT_SYSTEM):
                lines = self._lines_of(file)
                return lines is not None and all(frame.f_lineno not in part for part in lines)
            frame, steps = frame.f_back, steps + 1  # type: ignore[assignment]
        return False
