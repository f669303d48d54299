"""Made-up students, answers and flags with or without a planted bias."""

import numpy as np
import pandas as pd
import pytest


class MadeUp:
    @staticmethod
    def protected(students: int, seed: int = 0) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        return pd.DataFrame(
            {
                "student_id": [f"s{i:05d}" for i in range(students)],
                "gender": rng.choice(
                    ["female", "male", "nonbinary"], students, p=[0.45, 0.4, 0.15]
                ),
                "disability": rng.choice(["no", "yes"], students, p=[0.85, 0.15]),
            }
        )

    @staticmethod
    def flags(people: pd.DataFrame, missed: float = 0.0, seed: int = 1) -> pd.DataFrame:
        """Six weeks of flags; of disabled students this share of flags is not raised."""
        rng = np.random.default_rng(seed)
        rows = people.loc[people.index.repeat(6)].reset_index(drop=True)
        risk = 1 / (1 + np.exp(-rng.normal(-1, 1.5, len(rows))))
        unseen = (rows["disability"] == "yes") & (rng.random(len(rows)) < missed)
        return pd.DataFrame(
            {
                "student_id": rows["student_id"],
                "split": "audit",
                "label": rng.random(len(rows)) < risk,
                "risk": risk,
                "flagged": (risk > 0.3) & ~unseen,
            }
        )

    @staticmethod
    def answers(
        people: pd.DataFrame, lost: float = 0.0, seed: int = 2, items: int = 4
    ) -> pd.DataFrame:
        """One answer to every item; disabled students lose this much of item i0's chance."""
        rng = np.random.default_rng(seed)
        ability = rng.normal(size=len(people))
        rows = people.assign(ability=ability).merge(
            pd.DataFrame({"content_id": [f"i{k}" for k in range(items)]}), how="cross"
        )
        chance = 1 / (1 + np.exp(-rows["ability"]))
        unfair = (rows["disability"] == "yes") & (rows["content_id"] == "i0")
        return pd.DataFrame(
            {
                "student_id": rows["student_id"],
                "split": "audit",
                "content_id": rows["content_id"],
                "skill_id": "k" + (rows["content_id"].str[1:].astype(int) // 2).astype(str),
                "correct": rng.random(len(rows)) < chance - lost * unfair,
                "probability": chance,
            }
        )

    @staticmethod
    def slots(people: pd.DataFrame, poorer: float = 0.0, seed: int = 3) -> pd.DataFrame:
        """Five recommended items; disabled students gain this share less."""
        rng = np.random.default_rng(seed)
        rows = people.loc[people.index.repeat(5)].reset_index(drop=True)
        gain = rng.gamma(4, 0.01, len(rows))
        return pd.DataFrame(
            {
                "student_id": rows["student_id"],
                "split": "audit",
                "type": rng.choice(["video", "text", "interactive", "assessment"], len(rows)),
                "expected_gain": gain * np.where(rows["disability"] == "yes", 1 - poorer, 1),
            }
        )


@pytest.fixture
def made_up() -> type[MadeUp]:
    """Tables of students with or without a planted bias."""
    return MadeUp
