"""A checkout with consumers/shell/run-quarter.sh and a stand-in for ./stackhouse."""

import shutil
import subprocess
from pathlib import Path

from warehouse.settings import REPOSITORY

SCRIPT = Path("consumers/shell/run-quarter.sh")

STAND_IN = """#!/bin/sh
cd "$(dirname "$0")"
echo "$*" >>calls
env >environment
echo "on stdout"
echo "stackhouse: why" >&2
{then}
code=$(head -n 1 codes)
sed -i 1d codes
exit "${{code:-0}}"
"""


class Checkout:
    """A directory with the script and a stand-in that ends with the given codes, one after the other."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / SCRIPT.parent).mkdir(parents=True)
        shutil.copy(REPOSITORY / SCRIPT, root / SCRIPT)
        self.ends_with(0)

    def ends_with(self, *codes: int, then: str = "") -> None:
        self.program("stackhouse", STAND_IN.format(then=then))
        (self.root / "codes").write_text("".join(f"{code}\n" for code in codes))

    def program(self, name: str, text: str) -> str:
        path = self.root / name
        path.write_text(text)
        path.chmod(0o755)
        return str(path)

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        # As cron calls it: from elsewhere, with next to nothing in the environment.
        return subprocess.run(
            [self.root / SCRIPT, *arguments],
            cwd="/",
            env={"PATH": "/usr/bin:/bin", "STACKHOUSE_JOB_WAITS": "0 0 0", **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        path = self.root / "calls"
        return path.read_text().splitlines() if path.exists() else []

    @property
    def logs(self) -> list[Path]:
        return sorted((self.root / ".stackhouse/jobs/logs").glob("*"))

    def lines(self, name: str) -> list[str]:
        path = self.root / name
        return path.read_text().splitlines() if path.exists() else []
