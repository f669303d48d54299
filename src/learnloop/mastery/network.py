"""The trained network in numpy: predicting needs neither torch nor lightning."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from learnloop.errors import ModelError
from learnloop.mastery.items import Levels
from learnloop.mastery.traits import Floats, Places, Singles

CHUNK_CELLS = 500_000
"""Numbers that one chunk of hidden units may hold: 2 MB, so that they stay in cache."""


@dataclass(frozen=True)
class Network:
    """logit(x, k) = out · relu(x · hidden + by_skill[k]) + skip · x + bias.

    The scaling of the inputs is folded into the weights.
    """

    hidden: Floats
    """(inputs, H)"""
    by_skill: Floats
    """(K + 1, H) what is particular to each skill; the last row is for unknown ones."""
    out: Floats
    """(H,)"""
    skip: Floats
    """(inputs,)"""
    bias: Floats
    """()"""

    def logits(self, inputs: Floats, skill: Places) -> Floats:
        """(n,) logits of (n, inputs) and (n,) places in the skill list."""
        units = np.maximum(inputs @ self.hidden + self.by_skill[skill], 0.0)
        return np.asarray(units @ self.out + inputs @ self.skip + self.bias)

    def masteries(
        self, mean: Singles, spread: Singles, student: Floats, skill: Floats, levels: Levels
    ) -> Singles:
        """Chance of a correct answer, averaged over each skill's items.

        The first layer is linear, so that its parts for item, traits, student and skill
        are computed once each and only their sum goes through the hidden units.

        Args:
            mean: (n, D) of the students' traits.
            spread: (n, D, D) their covariance.
            student: (n, student inputs).
            skill: (n, K, skill inputs).
            levels: of the K skills' items.

        Returns:
            (n, K), each in [0, 1].
        """
        widths = (levels.inputs.shape[2], 2, student.shape[1])
        of_item, of_joint, of_student, of_skill = np.split(self._wide(), np.cumsum(widths))
        offset = np.column_stack([self.by_skill[:-1], np.full(skill.shape[1], self.bias)])
        item_part = levels.inputs.astype(np.float32) @ of_item
        item_part += offset.astype(np.float32)[:, None, :]
        squares = levels.slopes[..., :, None] * levels.slopes[..., None, :]
        weight = levels.weight.astype(np.float32)
        result = np.empty(skill.shape[:2], dtype=np.float32)
        rows = max(1, CHUNK_CELLS // max(1, skill.shape[1] * of_item.shape[1]))
        for begin in range(0, len(student), rows):
            chunk = slice(begin, begin + rows)
            base = (student[chunk].astype(np.float32) @ of_student)[:, None, :]
            base = base + skill[chunk].astype(np.float32) @ of_skill
            mastery = np.zeros(base.shape[:2], dtype=np.float32)
            for level in range(weight.shape[1]):
                if not weight[:, level].any():
                    continue
                expected = mean[chunk] @ levels.slopes[:, level].T
                flat = squares[:, level].reshape(len(weight), -1)
                doubt = spread[chunk].reshape(-1, flat.shape[1]) @ flat.T
                layer = base + item_part[:, level]
                layer += expected[..., None] * of_joint[0] + doubt[..., None] * of_joint[1]
                mastery += weight[:, level] * self._chance(layer)
            result[chunk] = np.clip(mastery, np.float32(0), np.float32(1))
        return result

    def _wide(self) -> Singles:
        """(inputs, H + 1) hidden weights with the skip weights as last column."""
        return np.column_stack([self.hidden, self.skip]).astype(np.float32)

    def _chance(self, layer: Singles) -> Singles:
        """(n, K) of (n, K, H + 1) what goes into the units, and the skip last; changes it."""
        straight = layer[..., -1].copy()
        units = np.maximum(layer, np.float32(0), out=layer)[..., :-1]
        logit = units @ self.out.astype(np.float32) + straight
        return np.asarray(0.5 + 0.5 * np.tanh(0.5 * logit))

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
