"""What lies in zips and notebooks, opened where no source lies beside them.

Sources count first; without any, what the zips hold; without that, the notebooks.
So an export beside its notebook, or a zip of the same files, counts once.
"""

from __future__ import annotations

from grader.intake import archive, notebook
from grader.intake.basket import Basket


def open_where_needed(basket: Basket) -> None:
    """Open zips, then notebooks, as long as the basket holds no source."""
    if not basket.files:
        _open_zips(basket)
    if not basket.files:
        _open_notebooks(basket)
    basket.wrapped.clear()


def _open_zips(basket: Basket) -> None:
    """Pour every zip out; with several, each into a folder of its name."""
    zips = {path: data for path, data in basket.wrapped.items() if path.endswith(".zip")}
    for path, data in zips.items():
        prefix = f"{path.removesuffix('.zip')}/" if len(zips) > 1 else ""
        archive.pour(data, path, basket, prefix)


def _open_notebooks(basket: Basket) -> None:
    for path, data in sorted(basket.wrapped.items()):
        if path.endswith(".ipynb"):
            notebook.pour(data, path, basket)
