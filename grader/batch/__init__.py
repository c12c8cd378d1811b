"""A class in one command: what was handed in -> one report each -> what a course wants back.

    run                 the steps of a run, in their order
    work, ground        what a worker does with one submission, and what it stands on
    engine, local, cluster
                        any Executor; processes of this machine; a dask cluster
    store, dress        the folder of reports: lock, keys, seals; what people add to a report
    decisions, late     points that people decided; what lateness costs
    progress            how far it is, on a terminal and without one
    roster, rows        who is on the list; one row a student
    books/              the files that come out: gradebooks, JUnit, summaries
    rescore, difference, waiting, similar
                        after the run

Every file that comes out is made from the stored reports alone, so an interrupted run
that was resumed, a rescore and an undisturbed run go the same way.
"""
