"""The item bank: what the model knows of every item, and of one that it never met."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from learnloop.difficulty.response import AbilityGrid, Floats, curves, soften
from learnloop.errors import ModelError

_ARRAYS = "items.npz"
_ABOUT = "model.json"


@dataclass(frozen=True)
class ItemBank:
    """Parameters per item; arrays of shape (items + 1,), an unknown item last.

    Attributes:
        content_ids: sorted; without the unknown item.
        slope: discrimination a.
        easiness: d = −a·b.
        easiness_variance: of the error of d.
        difficulty_variance: of the error of b.
        attempts: first answers that the item was fitted on.
    """

    content_ids: pd.Index
    slope: Floats
    easiness: Floats
    easiness_variance: Floats
    difficulty_variance: Floats
    attempts: NDArray[np.int64]

    @property
    def difficulty(self) -> Floats:
        """b = −d/a, in logits of ability; shape (items + 1,)."""
        return -self.easiness / self.slope

    def places(self, content_ids: pd.Series) -> NDArray[np.intp]:
        """The place of each item; that of the unknown item where it is not in the bank."""
        place = self.content_ids.get_indexer(pd.Index(content_ids))
        return np.where(place < 0, len(self.content_ids), place)

    def chances(self, grid: AbilityGrid) -> Floats:
        """P(correct) at each ability, softened by what is not known of the item."""
        return curves(*soften(self.slope, self.easiness, self.easiness_variance), grid)

    def table(self) -> pd.DataFrame:
        """One row per item, as in `ItemDifficulty`."""
        return pd.DataFrame(
            {
                "content_id": self.content_ids.astype(object),
                "difficulty": self.difficulty[:-1],
                "discrimination": self.slope[:-1],
                "difficulty_se": np.sqrt(self.difficulty_variance[:-1]),
                "attempts": self.attempts[:-1],
            }
        )

    def save(self, folder: Path, about: dict[str, object]) -> None:
        """Writes the arrays and, as JSON, what `about` says of the model."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _ABOUT).write_text(json.dumps(about, indent=2, sort_keys=True))
        np.savez_compressed(
            folder / _ARRAYS,
            content_ids=np.asarray(self.content_ids.astype(str), dtype=np.str_),
            slope=self.slope,
            easiness=self.easiness,
            easiness_variance=self.easiness_variance,
            difficulty_variance=self.difficulty_variance,
            attempts=self.attempts,
        )

    @classmethod
    def load(cls, folder: Path) -> tuple["ItemBank", dict[str, object]]:
        """Reads back what `save` wrote.

        Raises:
            ModelError: a file is missing.
        """
        if not ((folder / _ABOUT).is_file() and (folder / _ARRAYS).is_file()):
            raise ModelError(f"{folder} does not hold {_ABOUT} and {_ARRAYS} of an item bank.")
        about: dict[str, object] = json.loads((folder / _ABOUT).read_text())
        with np.load(folder / _ARRAYS, allow_pickle=False) as arrays:
            held = {name: arrays[name] for name in arrays.files}
        ids = pd.Index(held.pop("content_ids").astype(object))
        return cls(content_ids=ids, **held), about
