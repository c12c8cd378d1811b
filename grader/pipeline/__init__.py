"""From a submission and a rubric to a report: order of checks, policy of blame, points."""
