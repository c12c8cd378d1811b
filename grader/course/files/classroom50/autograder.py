"""Grades the checkout in the current folder, and writes result.json and release-body.md beside it.

Classroom 50 runs this once for a submission. A result stands there whatever happens.
"""

import base64
import datetime
import io
import json
import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

SECONDS = 600
"""For the installation and the grading together; the grader itself has a limit of its own."""
PACKAGE = """
"""


def main() -> None:
    """Write a result that says nothing was found out; then grade, which replaces it."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / "package"
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(PACKAGE))) as archive:
            archive.extractall(package)
        write_no_result(package)
        try:
            grade(package, Path(folder) / "venv")
        except (OSError, subprocess.SubprocessError) as error:
            print(f"grade: no result ({error})", file=sys.stderr)


def write_no_result(package: Path) -> None:
    """Write what stands there where the grader cannot finish."""
    result = json.loads((package / "no_result.json").read_text("utf-8"))
    places = {
        "classroom": "CLASSROOM", "assignment": "ASSIGNMENT", "owner": "OWNER",
        "submission": "SUBMISSION_TAG", "commit": "COMMIT_URL", "release": "RELEASE_URL",
        "review": "REVIEW_URL",
    }  # fmt: skip
    for key, variable in places.items():
        result[key] = os.environ.get(variable, "")
    result["datetime"] = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    Path("result.json").write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", "utf-8")
    Path("release-body.md").write_text((package / "no_result.txt").read_text("utf-8"), "utf-8")


def grade(package: Path, environment: Path) -> None:
    """Install the grader in an environment of its own, which sees what is installed already, and run it."""
    venv.create(environment, with_pip=True, system_site_packages=True)
    python = str(environment / "bin" / "python")
    install = [python, "-I", "-m", "pip", "install", "--quiet", *map(str, package.glob("*.whl"))]
    subprocess.run(install, check=True, timeout=SECONDS)
    command = [python, "-I", "-m", "grader", "platform-run", "classroom50", str(package), "."]
    subprocess.run(command, check=True, timeout=SECONDS)


if __name__ == "__main__":
    main()
