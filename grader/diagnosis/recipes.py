"""Right methods of several lines, as people write them, to tell which one of a student's lines differs.

A method that agrees with one of these in every line but one, and sets the same name there, would be
right with that line of the recipe: so the mistake is in this line. Nothing of this is shown to anybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_TOKEN = re.compile(r"self\.\w+|[A-Za-z_]\w*|\d+\.?\d*(?:e-?\d+)?|\*\*|//|[<>=!]=|\S")
_SLOT = re.compile(r"[A-F]")

RECIPES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("Linear", "value"): ("Z = X @ W; Z = Z + BIAS", "A = X @ W; Z = A + BIAS"),
    ("Sigmoid", "value"): (
        "A = exp(-X); Z = 1 / (1 + A)",
        "A = exp(-abs(X)); Z = where(X >= 0, 1, A) / (1 + A)",
        "A = X >= 0; Z[A] = 1 / (1 + exp(-X[A])); B = exp(X[~A]); Z[~A] = B / (1 + B)",
        "A = X >= 0; Z[A] = 1 / (1 + exp(-X[A])); Z[~A] = exp(X[~A]) / (1 + exp(X[~A]))",
        "A = X >= 0; B = ~A; Z[A] = 1 / (1 + exp(-X[A])); C = exp(X[B]); Z[B] = C / (1 + C)",
    ),
    ("Sigmoid", "dx"): (
        "A = O * (1 - O); Z = G * A",
        "A = O * (1 - O); Z = A * G",
        "Z = G * O * (1 - O)",
        "Z = O * (1 - O) * G",
    ),
    ("ReLU", "value"): (
        "A = X > 0; Z = where(A, X, 0)",
        "A = X > 0; Z = X * A",
        "Z = X.copy(); Z[X < 0] = 0",
        "Z = X.copy(); Z[X <= 0] = 0",
        "A = X > 0; Z = A * X",
    ),
    ("ReLU", "dx"): (
        "Z = G.copy(); Z[X <= 0] = 0",
        "Z[X <= 0] = 0",
        "Z = G * (X > 0)",
        "A = X > 0; Z = G * A",
        "Z = where(X > 0, G, 0)",
    ),
    ("Tanh", "dx"): (
        "A = 1 - O ** 2; Z = G * A",
        "A = 1 - O * O; Z = G * A",
        "A = 1 - square(O); Z = G * A",
        "A = 1 - square(O); Z = multiply(G, A)",
        "A = 1 - O ** 2; Z = multiply(G, A)",
        "Z = G * (1 - O ** 2)",
    ),
    ("LeakyReLU", "value"): (
        "A = where(X > 0, 1, 0.01); Z = X * A",
        "A = X > 0; Z[~A] *= 0.01",
        "A = X > 0; Z = where(A, X, 0.01 * X)",
    ),
    ("Softmax", "value"): tuple(
        f"A = X - X.max(axis={axis}, keepdims=True); B = exp(A); Z = B / B.sum(axis={axis}, keepdims=True)"
        for axis in ("1", "-1")
    ),
    ("Softmax", "dx"): (
        "A = (G * O).sum(axis=1, keepdims=True); Z = O * (G - A)",
        "A = (G * O).sum(axis=-1, keepdims=True); Z = O * (G - A)",
        "A = O[B]; C = diag(A) - outer(A, A); Z[B] = C @ G[B]",
        "A = O[B]; C = diag(A) - outer(A, A); Z[B] = dot(C, G[B])",
    ),
    ("MSE", "value"): (
        "A = Y - T; Z = mean(A ** 2)",
        "A = T - Y; Z = mean(A ** 2)",
        "A = Y - T; B = Y.size; Z = sum(A ** 2) / B",
        "A = Y - T; B = Y.shape[0] * Y.shape[1]; Z = sum(A ** 2) / B",
        "A = Y - T; Z = sum(A ** 2) / Y.size",
        "for A, B in zip(Y.ravel(), T.ravel()); C += (A - B) ** 2; Z = C / Y.size",
    ),
    ("MSE", "dy"): ("A = 2 * (Y - T) / Y.size; Z = G * A", "A = Y - T; Z = 2 * A / A.size"),
    ("BinaryCrossEntropy", "value"): (
        "A = clip(Y, E, 1 - E); B = T * log(A); C = (1 - T) * log(1 - A); Z = -mean(B + C)",
        "B = T * log(Y); C = (1 - T) * log(1 - Y); Z = -mean(B + C)",
    ),
    ("BinaryCrossEntropy", "dy"): (
        "A = Y - T; B = Y * (1 - Y); Z = G * A / B / Y.size",
        "A = -T / Y; B = (1 - T) / (1 - Y); C = (A + B) / Y.size; Z = G * C",
        "A = T / Y; B = (1 - T) / (1 - Y); C = (B - A) / Y.size; Z = G * C",
        "A = -T / Y; B = (1 - T) / (1 - Y); Z = G * (A + B) / Y.size",
    ),
    ("CrossEntropy", "value"): (
        "A = maximum(Y, E); B = T * log(A); Z = -B.sum(axis=1).mean()",
        "B = T * log(Y); Z = -B.sum(axis=1).mean()",
        "A = arange(len(Y)); B = argmax(T, axis=1); C = Y[A, B]; Z = -mean(log(C))",
        "A = argmax(T, axis=1); B = Y[arange(len(Y)), A]; Z = -mean(log(B))",
    ),
    ("CrossEntropy", "dy"): (
        "A = -T / Y; Z = G * A / len(A)",
        "A = Y[B, C]; D[B, C] = -1 / A / len(Y); Z = G * D",
    ),
    ("accuracy", "value"): (
        "A = Y > 0.5; B = A == (T > 0.5); Z = mean(B)",
        "B = 1 if Y[A, 0] > 0.5 else 0; B == T[A, 0]; C += 1; Z = C / len(Y)",
    ),
}
"""Class and array -> its recipes. Fixed letters are what the lab names (``X`` the input, ``G`` the
upstream gradient, ``O`` the output, ``W``, ``BIAS``, ``Y`` prediction, ``T`` truth, ``E`` a small
constant, ``Z`` the result); ``A`` to ``F`` are any names of the student's."""


def tokens(text: str, names: Mapping[str, str]) -> list[str]:
    """Split a statement, with the names of the lab in the place of the student's.

    Parameters
    ----------
    text
        A statement on one line, as Python writes it.
    names
        The student's name -> the letter of a recipe, or ``?NAME`` for one that may be any.
    """
    if text.startswith("return "):
        text = "Z = " + text.removeprefix("return ")
    text = re.sub(r"^(Z = )float\((.*)\)$", r"\1\2", re.sub(r"\bnp\.|\bnumpy\.", "", text))
    parts = _TOKEN.findall(text)
    result = []
    for k, part in enumerate(parts):
        is_attribute = k > 0 and parts[k - 1] == "."
        is_option = parts[k + 1 : k + 2] == ["="] and k > 0
        number = re.fullmatch(r"(\d+)\.0*", part)
        plain = part if is_attribute or is_option else names.get(part, part)
        result.append(number[1] if number else plain)
    return result


def agrees(subject: str, array: str, statements: Sequence[Sequence[str]]) -> bool:
    """Whether a method, as ``tokens``, agrees with a recipe in every line."""
    for recipe in RECIPES.get((subject, array), ()):
        lines = [_TOKEN.findall(line.strip()) for line in recipe.split(";")]
        bound: dict[str, str] = {}
        if len(lines) == len(statements) and all(
            _agrees(one, other, bound) for one, other in zip(lines, statements, strict=True)
        ):
            return True
    return False


def differing(subject: str, array: str, statements: Sequence[Sequence[str]]) -> frozenset[int]:
    """Return the numbers of the statements of which each is the only one that differs from a recipe.

    Where there are several, it depends on the recipe that was meant, and nobody knows which.

    Parameters
    ----------
    statements
        All that the array follows from, in the order of the text, as ``tokens``.
    """
    numbers: set[int | None] = set()
    for recipe in RECIPES.get((subject, array), ()):
        lines = [_TOKEN.findall(line.strip()) for line in recipe.split(";")]
        if len(lines) == len(statements):
            bound: dict[str, str] = {}
            if all(
                _agrees(one, other, bound) for one, other in zip(lines, statements, strict=True)
            ):
                return frozenset()
            if len(lines) > 1:  # where nothing else agrees, nothing says that this is the recipe
                numbers.add(_differing_line(lines, statements))
        elif len(lines) + 1 == len(statements):
            numbers.add(_extra_line(lines, statements))
    return frozenset(number for number in numbers if number is not None)


def differing_pair(
    subject: str, array: str, statements: Sequence[Sequence[str]]
) -> tuple[int, int] | None:
    """Return the numbers of two statements, one below the other, that alone differ from the only such recipe."""
    pairs: set[tuple[int, int]] = set()
    for recipe in RECIPES.get((subject, array), ()):
        lines = [_TOKEN.findall(line.strip()) for line in recipe.split(";")]
        # The last line tells that this is the recipe: it uses what both set.
        if len(lines) != len(statements) or len(lines) < 3:
            continue
        for odd in range(len(lines) - 2):
            shown = [
                (one[:1], other[:1]) if k in (odd, odd + 1) else (one, other)
                for k, (one, other) in enumerate(zip(lines, statements, strict=True))
            ]
            bound: dict[str, str] = {}
            last = {part for part in lines[-1] if _SLOT.fullmatch(part)}
            if {lines[odd][0], lines[odd + 1][0]} <= last and all(
                _agrees(one, other, bound) for one, other in shown
            ):
                pairs.add((odd, odd + 1))
    return pairs.pop() if len(pairs) == 1 else None


def _differing_line(
    lines: Sequence[Sequence[str]], statements: Sequence[Sequence[str]]
) -> int | None:
    candidates = []
    for odd, (line, statement) in enumerate(zip(lines, statements, strict=True)):
        bound: dict[str, str] = {}
        # The target of the odd line must be the same name: what follows reads it. A head has none.
        shown = 1 if "=" in line[1:] else 0
        pairs = [
            (one[:shown], other[:shown]) if k == odd else (one, other)
            for k, (one, other) in enumerate(zip(lines, statements, strict=True))
        ]
        if all(_agrees(one, other, bound) for one, other in pairs) and not _agrees(
            line, statement, dict(bound)
        ):
            candidates.append(odd)
    return candidates[0] if len(candidates) == 1 else None


def _extra_line(lines: Sequence[Sequence[str]], statements: Sequence[Sequence[str]]) -> int | None:
    """Return the number of the last statement where it changes a result that is right without it."""
    last = statements[-1]
    names = {part for part in last[2:] if part.startswith("?")}
    if last[:2] != ["Z", "="] or len(names) != 1:
        return None
    [name] = names
    others = [["Z" if part == name else part for part in one] for one in statements[:-1]]
    bound: dict[str, str] = {}
    if all(_agrees(one, other, bound) for one, other in zip(lines, others, strict=True)):
        return len(statements) - 1
    return None


def _agrees(line: Sequence[str], statement: Sequence[str], bound: dict[str, str]) -> bool:
    """Whether a statement is the line of a recipe, with one name of the student's for each letter."""
    if len(line) != len(statement):
        return False
    for letter, part in zip(line, statement, strict=True):
        if not _SLOT.fullmatch(letter) or letter == "E":
            if letter != part:
                return False
        elif not part.startswith("?") or bound.setdefault(letter, part) != part:
            return False
    return len(set(bound.values())) == len(bound)
