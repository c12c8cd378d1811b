"""Takes the place of ``tqdm``, which draws a progress bar: the loop runs, and no bar is drawn.

The lab needs no such package, and many submissions have one around their training.
"""

from __future__ import annotations

from typing import Any, Callable, Iterator, Optional


class Progress:
    """An iterable with the methods of a progress bar, which do nothing.

    Parameters
    ----------
    iterable
        What is gone through; None where a program counts by ``update``.
    total
        How many steps there will be.
    """

    def __init__(
        self, iterable: Any = None, *_: Any, total: Optional[int] = None, **__: Any
    ) -> None:
        self.iterable, self.n = iterable, 0
        self.total = len(iterable) if total is None and hasattr(iterable, "__len__") else total

    def __iter__(self) -> Iterator[Any]:
        for entry in self.iterable:
            yield entry
            self.n += 1

    def __len__(self) -> int:
        return int(self.total or 0)

    def __bool__(self) -> bool:
        return True

    def __enter__(self) -> "Progress":  # noqa: PYI034  Python 3.9 has no Self
        return self

    def __exit__(self, *_: object) -> None:
        """Let an error pass."""

    def update(self, n: Any = 1) -> None:
        """Count some steps."""
        self.n += n

    def __getattr__(self, name: str) -> Callable[..., None]:
        """Return a method that does nothing, for ``set_description``, ``close`` and the like."""
        if name.startswith("_"):
            raise AttributeError(name)
        return _ignore

    @staticmethod
    def write(*_: Any, **__: Any) -> None:
        """Write nothing."""


def _ignore(*_: Any, **__: Any) -> None:
    """Do nothing, whatever the arguments."""


def count(*args: Any, **kwargs: Any) -> Progress:
    """Return the progress of ``range``."""
    return Progress(range(*args), **kwargs)
