"""What is said of roles that were recognised in a manner of their own, and what a person decides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from grader.model import Message, frozen
from grader.recognition import Recognition

SENTENCES: dict[str, str] = {
    "role_recognised": "{who} of {file} was examined as {name}: forward is {forward}, backward is "
    "{backward}.",
    "review_several": "Several classes may be {name} ({others}), and which one the network uses "
    "cannot be told. A person must look.",
    "review_rate": "{others} may be {name}, but its learning rate cannot be set from outside, so its "
    "steps cannot be examined. A person must look.",
    "review_step": "{others} may be {name}, but its steps are no multiples of the gradient, as those "
    "of Adam are not, so they cannot be compared with it. A person must look.",
    "review_combined": "{others} may be {name}, but its backward is that of the loss together with "
    "the activation before it, so it cannot be examined alone. A person must look.",
    "review_order": "{others} may be {name}, but which argument is the prediction cannot be told. "
    "A person must look.",
}
"""What the messages say: id -> template."""


def remarks(recognitions: Iterable[Recognition]) -> Iterator[Message]:
    """Yield what was recognised, a line a role."""
    for role in (role for recognition in recognitions for role in recognition.roles.values()):
        yield Message(
            "role_recognised",
            frozen(
                who=role.definition.name, file=role.definition.file, name=role.name,
                forward=role.forward, backward=role.backward,
            ),
        )  # fmt: skip


def flags(recognitions: Iterable[Recognition], decided: Collection[str]) -> Iterator[Message]:
    """Yield what a person decides, because two readings fit or none is safe.

    Nothing is said of names that were ``decided`` by the program as a whole.
    """
    left = (one for recognition in recognitions for one in recognition.undecided)
    for one in (one for one in left if one.name not in decided):
        others = ", ".join(dict.fromkeys(definition.name for definition in one.definitions))
        yield Message(f"review_{one.reason}", frozen(name=one.name, others=others))
