#!/usr/bin/env bash
# Installs the grader beside what the image has, and grades. The last line is the result, whatever happens.
{
    python3 -m venv --system-site-packages venv && venv/bin/pip install --quiet ./*.whl
} >/dev/null 2>install.log || tail -n 3 install.log
venv/bin/grade platform-run autolab . "$1" 2>/dev/null || cat no_result.txt
