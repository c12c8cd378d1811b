"""Archives and notebooks of a submission, which are opened only if no source is beside them.

Sources count first; without any, the contents of the archives; without those, the notebooks; without
any of these, texts without an ending that look like Python.
So an export beside its notebook, or a zip of the same files, counts once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from grader.intake import archive, tarball
from grader.intake.collector import Collector, make_submission
from grader.intake.file_kinds import NOTEBOOK, SOURCE, ZIP, archive_kind, is_archive, stem
from grader.model import Limits, Message, Submission, frozen

log = logging.getLogger(__name__)


def collect_submission(
    name: str, limits: Limits, collect: Callable[[Collector], None]
) -> Submission:
    """Make a submission of what ``collect`` adds to a collector; every submission is read here.

    Raise OSError if its folder or file cannot be opened.
    """
    collector = Collector(limits)
    try:
        collect(collector)
        _open_nested(collector)
        return collector.submission(name)
    except OSError:
        raise
    except Exception as error:
        # As wide as this because a stranger wrote the bytes, and Python's own readers of archives
        # raise nearly anything for some of them. A fault of ours ends here as well: it is in the
        # log with its traceback, and the report names its kind, so that somebody sees and corrects
        # it, but it costs one submission a verdict and not a whole class.
        log.exception("submission %s cannot be read", name)
        reason = Message("reading_failed", frozen(kind=type(error).__name__))
        return make_submission(name, {}, collector.refused, reason)


def _open_nested(collector: Collector) -> None:
    """Open the archives if there is no source, then add the notebooks if there still is none."""
    containers = dict(collector.containers)
    archives = [path for path in containers if is_archive(path)]
    for path in archives if not collector.files else ():
        prefix = f"{stem(path)}/" if len(archives) > 1 else ""
        _open_archive(containers[path], path, collector, prefix)
    if not collector.files and not collector.containers:
        for path, content in collector.unnamed.items():
            collector.add(f"{path.strip()}{SOURCE}", partial(_content, content))
    if not collector.files:
        # Their sources are extracted later, in a child: notebooks may be large or forged. Archives
        # may have added some to the collector.
        notebooks = collector.containers.items()
        collector.notebooks |= {path: data for path, data in notebooks if path.endswith(NOTEBOOK)}
    collector.containers.clear()


def _content(content: bytes, limit: int) -> bytes:
    """Return what was read before, within the same limit."""
    del limit
    return content


def _open_archive(data: bytes, path: str, collector: Collector, prefix: str) -> None:
    """Open an archive as what its bytes are: its name may say something else."""
    kind = archive_kind(data)
    if kind not in (None, ZIP):
        collector.refuse(path, "refused_other_archive", kind=kind)
    elif tarball.is_tar(data):
        tarball.collect(data, path, collector, prefix)
    else:
        archive.collect(data, path, collector, prefix)
