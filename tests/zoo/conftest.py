"""The programs of the zoo are data; the tests that some of them hand in are not ours to run."""

collect_ignore = ["base", "right", "wrong"]
