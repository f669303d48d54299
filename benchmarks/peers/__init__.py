"""Other people's libraries, in an environment of their own: `make peers` sets it up.

A peer is a script of this folder. It gets the path of an `.npz` file with its inputs and
the path of a JSON file to write what it found and what that cost.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PYTHON = Path(__file__).parents[2] / ".venv-peers/bin/python"
MISSING = "The environment of the peers is not there (make peers): they were left out."


def ask(script: str, **inputs: NDArray[Any]) -> dict[str, Any] | None:
    """What the peer `script` (without `.py`) says of `inputs`; `None` without its environment.

    Raises:
        subprocess.CalledProcessError: the peer failed; its words are on the terminal.
    """
    if not PYTHON.exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "given.npz", Path(folder) / "found.json"
        np.savez(given, **inputs)
        path = Path(__file__).with_name(f"{script}.py")
        # What a peer prints must not end up in the one object that a command prints.
        command = [PYTHON, path, given, found]
        subprocess.run(command, check=True, stdout=sys.stderr)  # noqa: S603
        answer: dict[str, Any] = json.loads(found.read_text(encoding="utf-8"))
        return answer
