"""Gradescope: a folder a submission, and one file that says whose each is.

``submission_metadata.yml`` maps ``submission_123`` to ``:submitters``, several for a group. Its
keys begin with a colon, because Ruby wrote them.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from grader.errors import PathError
from grader.intake.locations import DownloadFolder, Location
from grader.intake.submission_sources import Class, Person, SubmissionSource

NAME = "gradescope"
METADATA = "submission_metadata.yml"
_MAX_BYTES = 64 * 1024 * 1024
"""The metadata of a thousand students has about 2 MiB."""


def recognises(names: tuple[str, ...]) -> bool:
    """Whether the file that names the submitters is there."""
    return METADATA in names


def read(download: DownloadFolder) -> Class:
    """Make a submission of each folder; of two by the same people the newest counts."""
    metadata = _metadata(download)
    folders = {name.rstrip("/"): name for name in download.names() if name.endswith("/")}
    newest: dict[tuple[str, ...], SubmissionSource] = {}
    for key in sorted(set(metadata) & set(folders), key=lambda key: _age(key, metadata[key])):
        source = _submission_source(key, metadata[key], download.location(folders[key]))
        people = tuple(sorted(person.id for person in source.people))
        before = newest.get(people)
        older = (*before.older, before.id) if before else ()
        newest[people] = replace(source, older=older)
    unread = [name for name in folders if name not in metadata]
    unread += [
        f"{key} (named in {METADATA}, not in the download)" for key in set(metadata) - set(folders)
    ]
    sources = sorted(newest.values(), key=lambda source: source.id)
    return Class(NAME, tuple(sources), tuple(sorted(unread)))


def _metadata(download: DownloadFolder) -> dict[str, Mapping[str, Any]]:
    try:
        data = YAML(typ="safe", pure=True).load(download.read(METADATA, _MAX_BYTES))
    except (YAMLError, ValueError) as error:
        line = str(error).partition("\n")[0]
        raise PathError(f"{METADATA}: this is not the YAML of Gradescope ({line})") from None
    if not isinstance(data, dict):
        raise PathError(f"{METADATA}: expected a mapping from submissions to their submitters")
    return {str(key): value for key, value in data.items() if isinstance(value, dict)}


def _age(key: str, metadata: Mapping[str, Any]) -> tuple[str, int, str]:
    number = key.rpartition("_")[2]
    return _time(metadata) or "", int(number) if number.isdigit() else 0, key


def _time(metadata: Mapping[str, Any]) -> str | None:
    created = metadata.get(":created_at")
    if isinstance(created, datetime.datetime):
        moment = created if created.tzinfo else created.replace(tzinfo=datetime.UTC)
        return moment.astimezone(datetime.UTC).isoformat()
    return str(created) if isinstance(created, str) else None


def _submission_source(
    key: str, metadata: Mapping[str, Any], location: Location
) -> SubmissionSource:
    submitters = [entry for entry in metadata.get(":submitters") or () if isinstance(entry, dict)]
    people = tuple(_person(submitter, key) for submitter in submitters)
    return SubmissionSource(key, people or (Person(key),), (location,), submitted=_time(metadata))


def _person(submitter: Mapping[str, Any], key: str) -> Person:
    name, email, sid = (str(submitter.get(field) or "") for field in (":name", ":email", ":sid"))
    return Person(sid or email or name or key, name, email)
