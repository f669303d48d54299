"""Tables of answers for the tests: drawn from known items, or written out by hand."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def drawn_answers(
    difficulty: Floats,
    discrimination: Floats,
    students: int,
    seed: int,
    seen: float = 1.0,
    prefix: str = "student",
) -> pd.DataFrame:
    """Answers of standard normal students to a random share `seen` of the items."""
    rng = np.random.default_rng(seed)
    ability = rng.normal(size=students)
    logit = discrimination * (ability[:, None] - difficulty)
    correct = rng.random(logit.shape) < 1 / (1 + np.exp(-logit))
    student, item = np.nonzero(rng.random(logit.shape) < seen)
    table = pd.DataFrame(
        {
            "student_id": [f"{prefix}-{place:05d}" for place in student],
            "content_id": [f"item-{place:04d}" for place in item],
            "correct": correct[student, item],
        }
    )
    return table.assign(position=table.groupby("student_id").cumcount())


def written_answers(answers: dict[str, str]) -> pd.DataFrame:
    """``{"ann": "a+ b- c+"}``: Ann solved a, failed b, solved c, in this order."""
    return pd.DataFrame(
        [
            {
                "student_id": student,
                "content_id": answer[:-1],
                "correct": answer[-1] == "+",
                "position": position,
            }
            for student, line in answers.items()
            for position, answer in enumerate(line.split())
        ]
    )
