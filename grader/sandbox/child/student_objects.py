"""What is asked of a student's object without running any code of its class.

A watch looks at objects from inside a hook: what their classes raised there would end the student's
program. ``isinstance`` asks for ``__class__`` and ``hasattr`` for any name, which a class may answer itself.
"""

from __future__ import annotations

from typing import Any, Dict, Tuple, Union


def is_a(value: Any, kinds: Union[type, Tuple[type, ...]]) -> bool:
    """Return whether an object's type is one of some, or derives from one."""
    return issubclass(type(value), kinds)


def attributes_of(value: Any) -> Dict[str, Any]:
    """Return an object's own attributes by name, as they are and not copied; empty where it has none."""
    try:
        attributes = object.__getattribute__(value, "__dict__")
    except Exception:  # noqa: BLE001  a student's class may define __dict__, and raise anything there
        return {}
    return attributes if type(attributes) is dict else {}


def has_attributes(value: Any) -> bool:
    """Return whether an object has a ``__dict__`` of its own."""
    return type(value).__dictoffset__ != 0
