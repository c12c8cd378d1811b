"""How pytest ends its report here: with what to do next, and without saying everything twice."""


def pytest_configure(config):
    """Leave out the list of failures that would repeat each of them."""
    if config.option.reportchars == "fE":
        config.option.reportchars = ""


def pytest_terminal_summary(terminalreporter):
    """Name the first test that fails, and count those that wait."""
    failed = terminalreporter.stats.get("failed", [])
    waiting = len(terminalreporter.stats.get("skipped", []))
    if failed:
        terminalreporter.write_line("")
        terminalreporter.write_line(f"Next: {failed[0].nodeid.rpartition('::')[2]}")
    if waiting:
        tests = "1 test waits" if waiting == 1 else f"{waiting} tests wait"
        terminalreporter.write_line(f"{tests} until what they use is right.")
