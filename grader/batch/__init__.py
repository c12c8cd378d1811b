"""A class in one command: the submissions of a class -> a report each -> what a course needs.

    run                 the steps of a run, in their order
    work, environment   what a worker does with one submission, and the versions that it has
    engine, local_workers, cluster
                        any Executor; processes of this machine; a dask cluster
    store, annotate     the folder of reports: lock, keys, checksums; what people add to a report
    class_index         what a batch remembers of its class
    decisions, decision_match, late
                        points that people decided; what lateness costs
    progress            how far it is, on a terminal and without one
    roster, student_rows
                        who is on the roster; one row a student
    exports/            the files that come out: gradebooks, JUnit, summaries, pages
    rescore, diff, review_queue, similar, write_pages
                        after the run

Every file that comes out is made from the stored reports alone, so an interrupted run that was
continued, a rescore and an undisturbed run give the same files.
"""
