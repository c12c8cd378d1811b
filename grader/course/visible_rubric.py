"""The visible part of a rubric, for packages that a student may get to read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from ruamel.yaml import YAML

from grader import plugin_files
from grader.checks import Check
from grader.course.handout import hidden_items
from grader.errors import TheirFault
from grader.model import Plugin, Rubric, tidy
from grader.rubric.yaml_lines import read


def visible_rubric(content: bytes, rubric: Rubric) -> dict[str, bytes]:
    """Return the files of a rubric without what is hidden: ``rubric.yaml``, and its plug-ins.

    A rubric without hidden items stays as it is. Of any other, comments go too, for they may speak
    of what is hidden.

    Raises
    ------
    TheirFault
        If nothing is visible, or a plug-in holds visible and hidden checks together.
    """
    plugins = {plugin.name: plugin.content for plugin in _visible_plugins(rubric)}
    if not hidden_items(rubric):
        return {"rubric.yaml": content, **plugins}
    data = dict(read(content.decode("utf-8-sig"), rubric.source).data)
    groups = [{**group, "items": list(_visible(group))} for group in data["groups"]]
    data["groups"] = [group for group in groups if group["items"]]
    items = [item for group in data["groups"] for item in group["items"]]
    data["total"] = tidy(sum(item["points"] for item in items if not item.get("bonus")))
    if not data["total"]:
        raise TheirFault("no visible item has points; students would see nothing of this rubric")
    if "plugins" in data:
        data["plugins"] = list(plugins)
        if not plugins:
            del data["plugins"]
    stream = io.BytesIO()
    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.allow_unicode = True
    writer.dump(data, stream)
    return {"rubric.yaml": stream.getvalue(), **plugins}


def _visible(group: Any) -> Iterator[Any]:
    for item in group["items"]:
        if item.get("visibility", "visible") == "visible":
            yield item


def _visible_plugins(rubric: Rubric) -> Iterator[Plugin]:
    """Yield the plug-ins that name no hidden item; those of hidden checks alone are left out."""
    hidden = {item.check for item in hidden_items(rubric)}
    checks: dict[str, set[str]] = {plugin.name: set() for plugin in rubric.plugins}
    for plugin, check in plugin_files.values(rubric.plugins, Check):
        checks[plugin.name].add(check.id)
    asked = {item.check for item in rubric.items}
    for plugin in rubric.plugins:
        secret = checks[plugin.name] & hidden
        shown = checks[plugin.name] & (asked - hidden)
        if secret and shown:
            raise TheirFault(
                "{file} holds the hidden check {check} beside visible ones; put it in a file of its own, "
                "for students may get to read this one",
                file=plugin.name,
                check=min(secret),
            )
        if not secret:
            yield plugin
