"""The published values of LSAT section 6, found again by maximum likelihood."""

import numpy as np
import pandas as pd

from benchmarks.result import Result, measured
from learnloop.difficulty import DifficultyEstimator, EstimatorSettings
from learnloop.errors import DataError

PUBLISHED = {
    "1pl difficulty": [-3.615, -1.322, -0.318, -1.730, -2.780],
    "1pl discrimination": [0.755] * 5,
    "2pl difficulty": [-3.3597, -1.3696, -0.2799, -1.8659, -3.1236],
    "2pl discrimination": [0.826, 0.723, 0.891, 0.688, 0.657],
}
"""Of items 1 to 5: Bock & Lieberman 1970; 2PL difficulty as ltm prints it (Rizopoulos 2006)."""


def compare(answers: pd.DataFrame) -> Result:
    """How far the estimates are from the published ones, at most.

    Args:
        answers: of LSAT section 6, as from `read_answers`.

    Raises:
        DataError: they are not of five items, or everybody or nobody solves one.
    """
    if answers["content_id"].nunique() != 5:
        raise DataError("LSAT section 6 has five items.", remedy="Name irt/lsat.csv.")
    solved = answers.groupby("content_id")["correct"].mean()
    for share, who in ((1, "everybody"), (0, "nobody")):
        if (solved == share).any():
            item = solved.index[solved == share][0]
            wrong = f"{who} solves item '{item}': its likelihood has no finite maximum."
            raise DataError(wrong, remedy="Name irt/lsat.csv.")
    found: dict[str, list[float]] = {}
    with measured() as cost:
        for form in ("1pl", "2pl"):
            # No prior pulls: the published values are plain maximum likelihood.
            settings = {"form": form, "shrink": False, "tolerance": 1e-6}
            model = DifficultyEstimator(EstimatorSettings.model_validate(settings))
            items = model.fit(answers).items().sort_values("content_id")
            for name in ("difficulty", "discrimination"):
                found[f"{form} {name}"] = items[name].tolist()
    off = {name: np.abs(np.subtract(found[name], PUBLISHED[name])).max() for name in PUBLISHED}
    return Result(
        scores={},
        baselines={},
        cost=cost,
        rows=len(answers),
        notes=["Bock & Lieberman 1970; 2PL difficulties: Rizopoulos 2006, R package ltm."],
        details={"furthest_off": {"all": max(off.values()), **off}, "found": found},
    )
