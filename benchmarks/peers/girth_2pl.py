"""girth's 2PL by marginal maximum likelihood (Sanchez, eribean/girth)."""

import json
import sys
import time
from pathlib import Path

import numpy as np
from girth import INVALID_RESPONSE, twopl_mml


def main(given: str, found: str) -> None:
    """`matrix`: students × items, 1 solved, 0 failed, −1 not seen."""
    matrix = np.load(given)["matrix"].astype(int)
    matrix[matrix < 0] = INVALID_RESPONSE
    started = time.process_time()
    fitted = twopl_mml(matrix.T.copy())
    seconds = time.process_time() - started
    said = {"difficulty": fitted["Difficulty"].tolist(), "cpu_seconds": seconds}
    Path(found).write_text(json.dumps(said), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
