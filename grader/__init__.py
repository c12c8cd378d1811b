"""Grades a back-propagation lab. This page is the map: which package does what.

A submission and a rubric go in, become observations, become verdicts, become a report,
and leave as text or a page; nothing flows back.

    cli/            argv -> calls -> text and an exit code; only this package prints
    course/         a course set up: its folder, what students get, samples, packages of platforms
    batch/          a class: workers, resume, exports, what people decide
    audit/          a rubric tried on programs whose quality is known
    reports/        one document of a report, one file for each format; a folder, ``pages``, for a browser
    pipeline/       order of checks, connections to the child, policy of blame, points; then ``places`` and
                    ``repairs``, and what stands in for classes that are not there (``own_structures``)
    flags/          what a person should look at
    checks/         one subject a file, one small decorated function a check, whose docstring the student reads
    diagnosis/      known mistakes, fitted to observations; a row each in ``mistakes``; ``cause`` finds the
                    one statement that can be meant
    observation/    trials, perturbation, finite differences, update conventions, initial weights, plots;
                    ``program_...`` and ``step_...`` for whole programs that are watched
    remote/         the student's classes as a check sees them, over any wire; the clock
    recognition/    which of a student's classes and functions play the lab's roles, in whose manner
    sandbox/        host side: starts children, sends programs, reads answers; ``figure_svg`` draws figures
    sandbox/child/  child side: what runs beside a student's code; ``walls`` confines it, ``source_scan``
                    reads sources, ``figure_data`` describes figures, ``program_instructions`` watches
                    whole programs, ``edit_list`` lists repairs
    intake/         a path or a download -> `Submission` (bytes); nothing of it is imported
    rubric/         YAML -> `Rubric`; an error names file and line
    contract.py     the lab's classes: their names, files and closed forms
    plugin.py       what a course's own checks are written with; ``plugin_files`` reads and runs them
    expect.py       comparisons that a NaN always loses
    model/          submission, rubric, check result and report, as frozen data
    numeric.py      central differences
    files.py  errors.py  sentence.py  import_path.py  version.py

The child holds no expected value, no rubric, no reference and no path. The host draws
every input, asks "construct, set, forward, backward, read", gets raw arrays back, and judges.
A program of a structure of its own draws its data itself: there the host draws the parameters.

Imports run down this list; a contract in ``pyproject.toml`` holds them to it. The host side
may import ``reference``; the child side imports only itself, numpy and msgpack.

Adding a check is one function in ``checks`` and one line of rubric. Adding a known mistake is
one row in ``diagnosis/mistakes`` and its own wrong program in ``tests/zoo``. Adding a report format is
one file in ``reports``.
"""
