"""Gradescope: a folder a submission, and one file that says whose each is.

``submission_metadata.yml`` maps ``submission_123`` to ``:submitters``, several for a group.
Its keys keep the colon of the language that wrote them.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from grader.errors import PathError
from grader.intake.locations import DownloadFolder
from grader.intake.submission_sources import Class, Person, SubmissionSource

NAME = "gradescope"
METADATA = "submission_metadata.yml"
_LARGEST = 64 * 1024 * 1024


def recognises(names: tuple[str, ...]) -> bool:
    """Say whether the file that names the submitters is there."""
    return METADATA in names


def read(download: DownloadFolder) -> Class:
    """Make a submission of each folder; of two by the same people the newest counts."""
    known = _metadata(download)
    folders = {name.rstrip("/"): name for name in download.names() if name.endswith("/")}
    newest: dict[tuple[str, ...], SubmissionSource] = {}
    for key in sorted(set(known) & set(folders), key=lambda key: _age(key, known[key])):
        source = _submission_source(key, known[key], download.location(folders[key]))
        whose = tuple(sorted(person.id for person in source.people))
        before = newest.get(whose)
        older = (*before.older, before.id) if before else ()
        newest[whose] = SubmissionSource(
            source.id, source.people, source.locations, submitted=source.submitted, older=older
        )
    unread = [name for name in folders if name not in known]
    unread += [
        f"{key} (named in {METADATA}, not in the download)" for key in set(known) - set(folders)
    ]
    sources = sorted(newest.values(), key=lambda source: source.id)
    return Class(NAME, tuple(sources), tuple(sorted(unread)))


def _metadata(download: DownloadFolder) -> dict[str, Mapping[str, Any]]:
    try:
        found = YAML(typ="safe", pure=True).load(download.read(METADATA, _LARGEST))
    except (YAMLError, ValueError) as error:
        line = str(error).partition("\n")[0]
        raise PathError(f"{METADATA}: this is not the YAML of Gradescope ({line})") from None
    if not isinstance(found, dict):
        raise PathError(f"{METADATA}: expected a mapping from submissions to their submitters")
    return {str(key): value for key, value in found.items() if isinstance(value, dict)}


def _age(key: str, about: Mapping[str, Any]) -> tuple[str, int, str]:
    number = key.rpartition("_")[2]
    return _time(about) or "", int(number) if number.isdigit() else 0, key


def _time(about: Mapping[str, Any]) -> str | None:
    given = about.get(":created_at")
    if isinstance(given, datetime.datetime):
        moment = given if given.tzinfo else given.replace(tzinfo=datetime.UTC)
        return moment.astimezone(datetime.UTC).isoformat()
    return str(given) if isinstance(given, str) else None


def _submission_source(key: str, about: Mapping[str, Any], location: Any) -> SubmissionSource:
    submitters = [one for one in about.get(":submitters") or () if isinstance(one, dict)]
    people = tuple(_person(one, key) for one in submitters)
    return SubmissionSource(key, people or (Person(key),), (location,), submitted=_time(about))


def _person(one: Mapping[str, Any], key: str) -> Person:
    name, email, sid = (str(one.get(field) or "") for field in (":name", ":email", ":sid"))
    return Person(sid or email or name or key, name, email)
