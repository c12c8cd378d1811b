#!/usr/bin/env bash
# PrairieLearn runs this in the container of the question. A result stands there whatever happens.
root=${GRADE:-/grade}
mkdir -p "$root/results"
cp "$root/tests/no_result.json" "$root/results/results.json"
grade platform-run prairielearn "$root/tests" "$root/student" -o "$root/results/results.json" || true
