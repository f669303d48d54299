"""What the mastery predictor is tried on: the shared toy answers and their items."""

import pandas as pd

from learnloop.mastery import ItemBank, MasterySettings

from .toys import sparse_answers


def options() -> dict[str, object]:
    """Twelve items from easy to hard, and a network that trains in a blink."""
    items = pd.DataFrame(
        {
            "content_id": [f"i{item:02d}" for item in range(12)],
            "skill_id": ["s0"] * 6 + ["s1"] * 6,
            "difficulty": [4 * item / 11 - 2 for item in range(12)],
            "discrimination": 1.0,
            "attempts": 30,
        }
    )
    return {
        "items": ItemBank(items, ["s0", "s1"]),
        "settings": MasterySettings(hidden_units=4, epochs=2, batch_size=64),
    }


def asked() -> pd.DataFrame:
    """Answers of other students, under an index of their own."""
    return sparse_answers(students=6, first=200).set_index(pd.Index(range(300, 360)))
