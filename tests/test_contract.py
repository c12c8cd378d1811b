"""The contract table agrees with the reference, and with itself."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from grader.contract import ACTIVATIONS, CONTRACT, LOSSES, Inputs, Kind, Row
from grader.remote import sound_layers

LAYERS_AND_LOSSES = [row for row in CONTRACT if row.replaceable]


@pytest.mark.parametrize("row", CONTRACT, ids=lambda row: row.name)
def test_the_reference_has_what_the_contract_names(row: Row) -> None:
    """Each row stands in the reference's file of that name, and takes the row's arguments first."""
    thing = getattr(import_module(f"reference.{row.file.removesuffix('.py')}"), row.name)
    arguments = [name for name in inspect.signature(thing).parameters if name != "self"]
    assert tuple(arguments[: len(row.arguments)]) == row.arguments


def _inputs(row: Row) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(5)
    if row.kind is not Kind.LOSS:
        return (rng.standard_normal((4, 3)),)
    y = rng.uniform(0.1, 0.9, (4, 3))
    if row.inputs is Inputs.DISTRIBUTIONS:
        return y / y.sum(axis=1, keepdims=True), np.eye(3)[[0, 2, 1, 1]]
    return y, rng.integers(0, 2, (4, 3)).astype(float)


@pytest.mark.parametrize("row", [*ACTIVATIONS.values(), *LOSSES.values()], ids=lambda row: row.name)
def test_closed_forms_are_those_of_the_reference(row: Row) -> None:
    """Value and gradient agree with the reference's to 1e-12: a few roundings of double precision."""
    inputs = _inputs(row)
    made = getattr(import_module(f"reference.{row.file.removesuffix('.py')}"), row.name)()
    value = made.forward(*inputs)
    np.testing.assert_allclose(row.forward(*inputs), value, rtol=1e-12, atol=1e-12)
    if row.kind is Kind.LOSS:
        right, own = made.backward(), row.backward(*inputs)
    else:
        upstream = np.random.default_rng(6).standard_normal(inputs[0].shape)
        right, own = made.backward(upstream), row.backward(upstream, row.forward(*inputs))
    np.testing.assert_allclose(own, right, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("row", LAYERS_AND_LOSSES, ids=lambda row: row.name)
def test_the_text_of_a_right_class_runs_by_itself(row: Row) -> None:
    """The class made of the text gives the reference's value and gradient, with numpy alone."""
    names: dict[str, object] = {"np": np}
    exec(sound_layers.source(row.name), names)
    arguments = (3, 2) if row.kind is Kind.LINEAR else ()
    made = names[row.name](*arguments)  # type: ignore[operator]
    inputs = _inputs(row)
    value = made.forward(*inputs)
    upstream = () if row.kind is Kind.LOSS else (np.ones_like(value),)
    gradient = made.backward(*upstream)
    assert np.shape(gradient) == inputs[0].shape
    if row.kind is not Kind.LINEAR:
        np.testing.assert_allclose(value, row.forward(*inputs), rtol=1e-12)


def test_the_docs_show_this_contract() -> None:
    """docs/contract.md has every row's formulas (tools/list_checks.py writes them)."""
    page = (Path(__file__).parents[1] / "docs" / "contract.md").read_text("utf-8")
    for row in CONTRACT:
        [line] = [line for line in page.splitlines() if line.startswith(f"| `{row.name}(")]
        assert row.value in line
        assert row.gradient in line
        assert line.endswith("| yes |") == row.optional
