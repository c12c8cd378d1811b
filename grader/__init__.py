"""Grades a back-propagation lab: the map of the house.

A submission and a rubric go in at the top, become an examination, become outcomes,
become a report, and leave as text or a page; nothing flows back.

    cli, commands, program, exits
                              argv -> calls -> text and exit code; only here the program speaks
    batch/                    a class: workers, resume, gradebooks, what people decide
    audit, audit_report, zoo  a rubric tried on programs whose quality is known
    storage, files            stored reports; files read with care and written whole or not at all
    reports/                  one document of a report, one file for each form that it can take
    partial_programs          programs put together of right and empty parts, and what they may earn
    pipeline                  plan -> judge -> settle: a submission and a rubric become a report
    settling                  what outcomes are worth beside each other: pure functions
    checks/                   one subject a file, one small decorated function a check
        observe, purity       what checks of one subject share: trials, differences, purity
        loss_trials, rounds   what trials of a loss, and of a whole network, showed
        style, start, known   how a step is taken; a known start; which ones the reference trains from
        panels, arrays        what can be seen in a figure; two arrays as evidence
    diagnosis/                one hypothesis = one small function: a wrong formula, what to say;
                              for a whole network a wrong variant of it, computed beside it
    detect                    flags for a person: frameworks, differences as backward, frames
    lab                       the student's classes as a check sees them, over any wire; one clock for all
    numeric, expect           central differences; comparisons that a NaN always loses
    sandbox/host, keeper, homes, answers, doctor
                              the near side of the wire: zygote, children, deadlines, probes
    rubric, rubric_rules, located, resources
                              YAML -> Rubric; errors name file, line and what was expected
    intake/                   a path -> Submission (bytes), a download -> those of a class;
                              never imports any of it
    model, pictures, errors   the frozen nouns; pictures of strangers; the exception tree
    sentence                  what a person at the terminal is told, in their language
    import_path               where processes of this program may import from

    sandbox/wire, packing, machine, described, importer, notebooks, figures, artists, mains, images,
    alarm, grafts, child, zygote, walls, probes
                              the far side, where a student's code runs: the course's Python (3.9 or
                              newer), numpy, msgpack, and nothing of this project but each
                              other

The child holds no expected value, no rubric, no reference and no path. The examiner draws
every input, asks "construct, set, forward, backward, read", gets raw arrays back, and judges.

Imports run one way, from the top of this list to its bottom; a contract in ``pyproject.toml``
holds them to it. The near side may import ``reference``; the far side never does.

Adding a check is one function in ``checks`` and one line of rubric. Adding a diagnosis is one
function and its own wrong program in ``tests/zoo``. Adding a report format is one file.
"""
