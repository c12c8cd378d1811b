"""Prepares, in the zygote, the fonts that a child for figures may read."""

from __future__ import annotations

import io
import os
import shutil
import stat
from typing import Any, List

SYSTEM_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/texmf/fonts")


def prepare_fonts(home: str) -> List[str]:
    """Return the folders to read fonts from; to be called before any text asks for its font.

    A child of root is another user than root. Where matplotlib lies below a private folder, that
    child could not read it: its fonts are copied to ``home`` then.
    """
    try:
        import matplotlib
        from matplotlib import font_manager
    except ImportError:
        return []
    matplotlib.use("Agg")
    data = matplotlib.get_data_path()
    if os.getuid() == 0 and not is_public(data):
        try:
            data = _copy_fonts(data, home, font_manager)
        except OSError:  # no room: a figure is described then, and no picture is made of it
            return []
    folders = [data, *filter(is_public, SYSTEM_FOLDERS)]
    prefixes = tuple(folder + os.sep for folder in folders)
    manager = font_manager.fontManager
    manager.ttflist = [font for font in manager.ttflist if font.fname.startswith(prefixes)]
    return folders


def is_public(folder: str) -> bool:
    """Return whether every user may enter a folder and read it."""
    path = os.path.realpath(folder)
    if not os.path.isdir(path) or not os.stat(path).st_mode & stat.S_IROTH:
        return False
    while True:
        if not os.stat(path).st_mode & stat.S_IXOTH:
            return False
        if path == os.path.dirname(path):
            return True
        path = os.path.dirname(path)


def _copy_fonts(data: str, home: str, font_manager: Any) -> str:
    """Copy matplotlib's fonts to ``home`` and have matplotlib find them there."""
    import matplotlib

    target = os.path.join(home, "mpl-data")
    shutil.copytree(os.path.join(data, "fonts", "ttf"), os.path.join(target, "fonts", "ttf"))
    os.chmod(home, 0o711)  # noqa: S103  a child may enter it, but not list it
    matplotlib.get_data_path = lambda: target
    for font in font_manager.fontManager.ttflist:
        if font.fname.startswith(data + os.sep):
            object.__setattr__(font, "fname", target + font.fname[len(data) :])
    return target


def make_figure(draws: bool = False) -> None:
    """Make a figure of the usual kind, draw it perhaps, and throw it away; nothing without matplotlib."""
    try:
        from matplotlib import pyplot
    except ImportError:
        return
    pyplot.switch_backend("Agg")
    figure, axes = pyplot.subplots()
    axes.plot([0, 1], label="a")
    axes.scatter([0, 1], [1, 0], c=[0, 1])
    axes.set_title("$x^2$ and text")
    axes.legend()
    if draws:
        figure.tight_layout()
        figure.savefig(io.BytesIO(), format="png")
    pyplot.close("all")
