"""What a student may choose next, by many simple models of what others chose in what order."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy import sparse

from learnloop.recommend.factors import fit_item_factors, student_factors
from learnloop.recommend.item_models import (
    as_shares,
    cosines,
    ease,
    recall_design,
    ridge,
    transitions,
)
from learnloop.recommend.sequences import Sequences

Floats = NDArray[np.float64]
CANDIDATE = "follows"
"""The single model that is best alone: candidates are those that it puts first."""


class SequenceModelSettings(BaseModel):
    """Chosen on the Canvas Network enrolments, on an inner hold-out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ease_penalty: float = Field(50.0, gt=0)
    ridge_penalty: float = Field(30.0, gt=0)
    memory: float = Field(0.8, gt=0, le=1)
    """Weight of each choice relative to the one after it."""
    foresight: float = Field(0.7, gt=0, le=1)
    """Weight of each later choice, as a target, relative to the one before it."""
    lags: int = Field(5, ge=1)
    """Choices that far apart still count as a transition, at `foresight` a step."""
    factors: int = Field(32, ge=1)
    confidence: float = Field(5.0, gt=0)
    iterations: int = Field(8, ge=1)
    seed: int = 0


@dataclass(frozen=True)
class SequenceModels:
    """Item-to-item weights and counts of the items, all from the same sequences."""

    settings: SequenceModelSettings
    weights: dict[str, Floats]
    """(I, I), or (2 I, I) for those on decayed history and latest choice."""
    counts: dict[str, Floats]
    """(I,) of each item: choices, first choices, last choices."""
    item_factors: Floats
    """(I, factors) by ALS."""

    @classmethod
    def fit(cls, sequences: Sequences, settings: SequenceModelSettings) -> Self:
        """Learns from whole sequences."""
        bag, items = sequences.bag(), sequences.items
        before, after = sequences.prefixes()
        design, soon = (
            recall_design(before, settings.memory),
            after.upcoming(settings.foresight),
        )
        lags = {lag: transitions(sequences, lag) for lag in range(1, settings.lags + 1)}
        later = sum(
            (settings.foresight ** (lag - 1) * counts for lag, counts in lags.items()),
            np.zeros((items, items)),
        )
        chosen = np.bincount(sequences.item, minlength=items).astype(np.float64)
        size = chosen + 5
        penalty = settings.ridge_penalty
        weights = {
            "ease": ease(bag, settings.ease_penalty),
            "cosine": cosines(bag),
            "next": ridge(design, after.upcoming(0.0), penalty),
            "follows": ridge(design, soon, penalty),
            "whole": ridge(before.bag(0.9), after.upcoming(0.8), 2 * penalty),
            "from_last": ridge(before.last(), after.upcoming(0.8), penalty / 3),
            "step_1": as_shares(lags[1]),
            "step_2": as_shares(lags.get(2, np.zeros_like(later))),
            "later": as_shares(later),
            "earlier": as_shares(later.T),
            "lift": later / np.sqrt(np.outer(size, size)),
            "direction": (later + 1) / (later + later.T + 2),
            "log_later": np.log(later + 3 * chosen / max(chosen.sum(), 1) + 1e-3)
            - np.log(chosen + 3)[:, None],
        }
        ends = sequences.item[np.cumsum(sequences.length)[sequences.length > 0] - 1]
        starts = sequences.item[sequences.start[sequences.length > 0]]
        counts = {
            "chosen": chosen,
            "first": np.bincount(starts, minlength=items).astype(np.float64),
            "last": np.bincount(ends, minlength=items).astype(np.float64),
        }
        confidence = bag * settings.confidence
        factors = fit_item_factors(
            confidence, settings.factors, 1.0, settings.iterations, settings.seed
        )
        return cls(settings, weights, counts, factors)

    def candidates(self, histories: Sequences) -> Floats:
        """(N, I) scores of `CANDIDATE` alone."""
        design = recall_design(histories, self.settings.memory)
        return np.asarray(design @ self.weights[CANDIDATE])

    def scores(self, histories: Sequences) -> dict[str, Floats]:
        """(N, I) what each model gives each item, by name; a few about items alone."""
        w, memory = self.weights, self.settings.memory
        whole, recent, fading = histories.bag(), histories.bag(memory), histories.bag(0.6)
        last, second = histories.last(), histories.last(2)
        both = sparse.hstack([recent, last]).tocsr()
        confidence = whole * self.settings.confidence
        vectors = student_factors(confidence, self.item_factors, 1.0)
        found = {
            "ease": whole @ w["ease"],
            "ease_recent": fading @ w["ease"],
            "ease_last": last @ w["ease"],
            "next": both @ w["next"],
            "follows": both @ w["follows"],
            "whole": histories.bag(0.9) @ w["whole"],
            "from_last": last @ w["from_last"],
            "step_1": last @ w["step_1"],
            "step_2": second @ w["step_2"],
            "later": fading @ w["later"],
            "earlier": last @ w["earlier"],
            "cosine": recent @ w["cosine"],
            "cosine_last": last @ w["cosine"],
            "lift": recent @ w["lift"],
            "lift_last": last @ w["lift"],
            "log_later": recent @ w["log_later"],
            "als": vectors @ self.item_factors.T,
            "direction": whole @ w["direction"],
            "direction_last": last @ w["direction"],
        }
        return {**found, **self._about_items(histories)}

    def _about_items(self, histories: Sequences) -> dict[str, Floats]:
        """How often items are chosen, how early or late, and the same of the latest choice."""
        shape = (len(histories), histories.items)
        chosen = self.counts["chosen"]
        late = (self.counts["last"] + 1) / (chosen + 4)
        early = (self.counts["first"] + 1) / (chosen + 4)
        last = histories.last()
        alone = {
            "popular": np.log1p(chosen),
            "popular_last": np.log1p(self.counts["last"]),
            "late": late,
            "early": early,
        }
        of_student = {
            "length": np.log1p(histories.length),
            "late_of_last": last @ late,
            "popular_of_last": last @ np.log1p(chosen),
        }
        return {
            **{name: np.broadcast_to(values, shape) for name, values in alone.items()},
            **{
                name: np.broadcast_to(np.asarray(values)[:, None], shape)
                for name, values in of_student.items()
            },
        }
