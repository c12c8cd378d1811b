"""The statement that a message means by the text of a whole function or class alone."""

from __future__ import annotations

from grader.diagnosis import kept_state, network_lines, training_lines
from grader.diagnosis.outline import Block, Members, Statement
from grader.model import Message


def only_line(members: Members, bound: Block, message: Message) -> tuple[Block, Statement] | None:
    """Return the only statement that a message can mean, and its method; None where several can be meant.

    Parameters
    ----------
    members
        The class; of a function, none.
    bound
        The class or the function that was examined.
    message
        What a check of it says: about state, about training or about the network.
    """
    function = None if bound.statements is None else bound
    is_other = message.id.startswith(("raised", "changed"))
    if members.subject == "train" and function and not is_other:
        odd = training_lines.odd_line(function)
        return None if odd is None else (function, odd)
    what = str(message.values.get("what"))
    kept = kept_state.only_leftover(members, function, message.id, what)
    return kept or (network_lines.odd_line(members) if members.subject == "TLNN" else None)
