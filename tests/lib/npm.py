"""Packages from npm, as a package-lock.json under tests/e2e/ has them."""
import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import stack


def modules(name):
    """The node_modules of tests/e2e/NAME, made unless they are there, in a directory of their own: $NODE_DIR
    for "node", beside it for others."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed")
    here, node = stack.TOP / "tests/e2e" / name, Path(os.environ.get("NODE_DIR", stack.TOP / "build/node"))
    place = node if name == "node" else node.with_name(name)
    place.mkdir(parents=True, exist_ok=True)
    with open(place / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made, wanted = place / "node_modules/.package-lock.json", (here / "package-lock.json").read_text()
        if not made.exists() or (place / "package-lock.json").read_text() != wanted:
            for file in ("package.json", "package-lock.json"):
                shutil.copy(here / file, place)
            subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=place, check=True,
                           capture_output=True, timeout=300)
    return place / "node_modules"
