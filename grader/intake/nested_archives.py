"""What lies in archives and notebooks, opened where no source lies beside them.

Sources count first; without any, what the archives hold; without that, the notebooks.
So an export beside its notebook, or a zip of the same files, counts once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from grader.intake import archive, tarball
from grader.intake.collector import NOTEBOOK, Collector, is_archive, sealed, stem_of
from grader.model import Limits, Message, Submission, frozen

log = logging.getLogger(__name__)

_MAGIC = {b"Rar!\x1a\x07": "RAR", b"7z\xbc\xaf\x27\x1c": "7-Zip"}
"""How archives begin that are not read here, whatever their names say."""


def collect_submission(
    name: str, limits: Limits, collect: Callable[[Collector], None]
) -> Submission:
    """Make a submission of what is poured into a basket; every submission is read here.

    Parameters
    ----------
    name
        What it is called.
    pour
        Puts the files into the basket.

    Raises
    ------
    OSError
        Where its folder or file cannot be opened.
    """
    collector = Collector(limits)
    try:
        collect(collector)
        open_nested(collector)
        return collector.submission(name)
    except OSError:
        raise
    except Exception as error:
        # As wide as this because a stranger wrote the bytes, and Python's own readers of archives
        # raise nearly anything for some of them. A fault of ours ends here as well: it is in the
        # log with its traceback, and the report names its kind, so that it is seen and mended,
        # but it costs one submission a verdict and not a whole class.
        log.exception("submission %s cannot be read", name)
        reason = Message("reading_failed", frozen(kind=type(error).__name__))
        return sealed(name, {}, collector.refused, reason)


def open_nested(collector: Collector) -> None:
    """Open archives, then take notebooks, as long as the basket holds no source."""
    if not collector.files:
        _open_archives(collector)
    if not collector.files:
        # Their sources are taken out of them later, in a child: they may be large or made up.
        collector.notebooks |= {
            path: data for path, data in collector.wrapped.items() if path.endswith(NOTEBOOK)
        }
    collector.wrapped.clear()


def _open_archives(collector: Collector) -> None:
    """Pour every archive out; with several, each into a folder of its name."""
    archives = {path: data for path, data in collector.wrapped.items() if is_archive(path)}
    for path, data in archives.items():
        prefix = f"{stem_of(path)}/" if len(archives) > 1 else ""
        _collect(data, path, collector, prefix)


def _collect(data: bytes, path: str, collector: Collector, prefix: str) -> None:
    """Pour an archive out as what it is: its name may say something else."""
    kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)
    if kind:
        collector.refuse(path, "refused_other_archive", kind=kind)
    elif tarball.is_packed(data):
        tarball.collect(data, path, collector, prefix)
    else:
        archive.collect(data, path, collector, prefix)
