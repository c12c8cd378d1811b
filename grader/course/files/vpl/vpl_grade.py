"""Grades the files in the current folder, and prints a comment and a grade as VPL reads them."""

import base64
import io
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

SECONDS = 600
"""For the installation and the grading together; the grader itself has a limit of its own."""
OURS = ("vpl_", ".vpl", "no_result.txt", "common_script")
"""How the names begin of what VPL and this package put beside a submission."""
PACKAGE = """
"""


def main() -> int:
    """Grade a copy of what was handed in; 1 where nothing was printed."""
    with tempfile.TemporaryDirectory() as folder:
        package, submission = Path(folder) / "package", Path(folder) / "submission"
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(PACKAGE))) as archive:
            archive.extractall(package)
        shutil.copytree(".", submission, symlinks=True, ignore=without_ours)
        environment = Path(folder) / "venv"
        try:
            venv.create(environment, with_pip=True, system_site_packages=True)
            python = [str(environment / "bin" / "python"), "-I", "-m"]
            wheels = map(str, package.glob("*.whl"))
            install = [*python, "pip", "install", "--quiet", *wheels]
            subprocess.run(install, check=True, timeout=SECONDS, stdout=sys.stderr)
            command = [*python, "grader", "platform-run", "vpl", str(package), str(submission)]
            result = subprocess.run(command, check=True, timeout=SECONDS, stdout=subprocess.PIPE)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"no result ({type(error).__name__})", file=sys.stderr)
            return 1
        sys.stdout.buffer.write(result.stdout)
        return 0


def without_ours(folder: str, names: "list[str]") -> "list[str]":
    """Name what is no part of a submission."""
    return [name for name in names if folder == "." and name.startswith(OURS)]


if __name__ == "__main__":
    sys.exit(main())
