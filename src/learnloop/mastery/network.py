"""The trained network in numpy: predicting needs neither torch nor lightning."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from learnloop.errors import ModelError
from learnloop.mastery.items import Levels
from learnloop.mastery.state import Floats

Singles = NDArray[np.float32]
CHUNK_CELLS = 500_000
"""Numbers that one chunk of hidden units may hold: 2 MB, so that they stay in cache."""


@dataclass(frozen=True)
class Network:
    """logit(x) = out · relu(x · hidden + hidden_bias) + skip · x + bias.

    The scaling of the inputs is folded into the weights.
    """

    hidden: Floats
    """(inputs, H)"""
    hidden_bias: Floats
    """(H,)"""
    out: Floats
    """(H,)"""
    skip: Floats
    """(inputs,)"""
    bias: Floats
    """()"""

    def logits(self, inputs: Floats) -> Floats:
        """(n,) logits of (n, inputs)."""
        units = np.maximum(inputs @ self.hidden + self.hidden_bias, 0.0)
        return np.asarray(units @ self.out + inputs @ self.skip + self.bias)

    def masteries(self, student: Floats, skill: Floats, levels: Levels) -> Singles:
        """Chance of a correct answer, averaged over each skill's items.

        The first layer is linear, so that its parts for item, student and skill are
        computed once each and only their sum goes through the hidden units.

        Args:
            student: (n, student inputs).
            skill: (n, K, skill inputs).
            levels: of the K skills' items.

        Returns:
            (n, K), each in [0, 1].
        """
        items, students = levels.inputs.shape[2], student.shape[1]
        parts = np.cumsum([items, students])
        of_item, of_student, of_skill = np.split(self._wide(), parts)
        item_part = levels.inputs.astype(np.float32) @ of_item
        weight = levels.weight.astype(np.float32)
        result = np.empty(skill.shape[:2], dtype=np.float32)
        rows = max(1, CHUNK_CELLS // max(1, skill.shape[1] * of_item.shape[1]))
        for begin in range(0, len(student), rows):
            chunk = slice(begin, begin + rows)
            base = (student[chunk].astype(np.float32) @ of_student)[:, None, :]
            base = base + skill[chunk].astype(np.float32) @ of_skill
            result[chunk] = self._average(base, item_part, weight)
        return result

    def _wide(self) -> Singles:
        """(inputs, H + 1) hidden weights with the skip weights as last column."""
        return np.column_stack([self.hidden, self.skip]).astype(np.float32)

    def _average(self, base: Singles, item_part: Singles, weight: Singles) -> Singles:
        offset = np.append(self.hidden_bias, self.bias).astype(np.float32)
        out = self.out.astype(np.float32)
        mastery = np.zeros(base.shape[:2], dtype=np.float32)
        for level in range(weight.shape[1]):
            if not weight[:, level].any():
                continue
            layer = base + (item_part[:, level] + offset)
            straight = layer[..., -1].copy()
            units = np.maximum(layer, np.float32(0), out=layer)[..., :-1]
            chance = 0.5 + 0.5 * np.tanh(0.5 * (units @ out + straight))
            mastery += weight[:, level] * chance
        return np.clip(mastery, np.float32(0), np.float32(1))

    def save(self, folder: Path) -> None:
        """Writes `network.npz`."""
        np.savez(folder / "network.npz", **asdict(self))

    @classmethod
    def load(cls, folder: Path) -> "Network":
        """Reads back what `save` wrote.

        Raises:
            ModelError: the file is missing.
        """
        try:
            with np.load(folder / "network.npz", allow_pickle=False) as arrays:
                return cls(**{name: arrays[name] for name in arrays.files})
        except FileNotFoundError as missing:
            raise ModelError(f"{folder} holds no network: {missing}") from missing
