"""By which way a network's answers follow its input: through its weights alone, or beside them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader import expect
from grader.expect import EXACT_SINGLE
from grader.model import Failure
from grader.numeric import Array
from grader.observation import parameters
from grader.observation.gradient_match import FLAT
from grader.observation.layer_observation import Listed, name_of
from grader.observation.network_observation import NetworkObservation
from grader.remote import Lab, Ref

INPUTS = 2
"""The features of a point, and so the length of one axis of the first layer's weights."""


def follows_input_beside_weights(lab: Lab, net: Ref, x: Array) -> bool:
    """Whether a network's answers follow its second input where no weight lets them.

    The first layer's weights of that input are set to zero; where they cannot be told from other
    arrays, all weights are. The answers of a network are then the same whatever the second input
    is. A formula, a table, or features that are made of both inputs still follow it. The network
    keeps these weights.

    Parameters
    ----------
    lab, net
        Where the network is, trained or not.
    x
        Points ``(N, 2)``; the second entries are exchanged among them, so that whatever is
        computed of the whole batch stays as it is.
    """
    script = lab.script()
    listed = parameters.perturb_parameters(script, net, script.put(x))
    lab.run(script)
    other = x.copy()
    other[:, 1] = lab.rng("exchange the second input").permutation(x[:, 1])
    try:
        zeroed = _without_second_input(parameters.parameters_of(listed.value), len(x))
        script = lab.script()
        for entry, values in zeroed:
            script.assign(net, entry["path"], values)
        answers = [
            script.read(script.call(net, "forward", script.put(points))) for points in (x, other)
        ]
        after = script.arrays(net)
        lab.run(script)
        arrays = {name_of(entry["path"]): entry["array"] for entry in after.value}
        if any(not np.array_equal(arrays.get(name_of(e["path"]), np.nan), v) for e, v in zeroed):
            return False  # the weights could not be set
        one, two = (expect.array(reply.value, "TLNN.forward") for reply in answers)
    except Failure:
        return False
    return one.shape == two.shape and bool(np.max(np.abs(one - two)) > FLAT)


def _without_second_input(arrays: Sequence[Listed], rows: int) -> list[tuple[Listed, Array]]:
    """List the weights to be set to zero, each with the values that it gets; see above.

    An array with an entry a row of the data is a table, and stays.
    """
    weights = [entry for entry in arrays if rows not in entry["array"].shape]
    first = [e for e in weights if e["array"].ndim == 2 and INPUTS in e["array"].shape]
    if len(first) != 1:
        return [(entry, np.zeros_like(entry["array"])) for entry in weights]
    values = first[0]["array"].copy()
    rowwise = values.shape[0] == INPUTS
    (values if rowwise else values.T)[1] = 0.0
    return [(first[0], values)]


def is_linear_in_parameters(record: NetworkObservation) -> bool:
    """Whether half of the parameters give half of the output, or of its logarithmic odds.

    So it is for a regression on features, which has no hidden layer.
    """
    try:
        y, half = (expect.array(r.value, "TLNN.forward") for r in (record.y, record.y_half))
    except Failure:
        return False
    if y.shape != half.shape or not y.size or not np.ptp(y) > FLAT:
        return False
    with np.errstate(all="ignore"):
        odds, half_odds = (np.log(values / (1.0 - values)) for values in (y, half))
    return any(
        bool(np.all(np.isfinite(whole)) and np.all(EXACT_SINGLE.holds(whole, 2.0 * part)))
        for whole, part in ((y, half), (odds, half_odds))
    )
