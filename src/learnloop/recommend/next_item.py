"""What students choose next, from nothing but the order in which others chose."""

from collections.abc import Iterator
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from learnloop.errors import ModelError
from learnloop.recommend.listwise import Listwise, ListwiseSettings
from learnloop.recommend.sequence_models import SequenceModels, SequenceModelSettings
from learnloop.recommend.sequences import Sequences

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
ROWS = 1000
"""Students scored at once."""
RANKED = ("follows", "next", "later", "log_later", "lift", "step_1", "ease_recent", "als")
"""The place of a candidate by each of these is a fact as well."""


class NextItemSettings(BaseModel):
    """All settings of `NextItemRecommender`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    models: SequenceModelSettings = SequenceModelSettings()
    network: ListwiseSettings = ListwiseSettings()
    networks: int = Field(2, ge=1)
    """Their mean log-chance orders the list: each begins from other weights."""
    candidates: int = Field(80, ge=1)
    """So many items are put in order anew."""
    levels: int = Field(2, ge=1)
    """How often the last fifth is taken off the training sequences to learn the order:
    each time the models are fitted on what is left."""
    max_items: int = Field(3000, ge=2)
    """Items beyond the most chosen so many are never recommended: weights are dense."""


class NextItemRecommender:
    """Candidates by a linear model of what follows what; put in order by a network.

    The network learns on an inner hold-out. The last fifth of each training sequence is
    taken off, the models are fitted on the rest, and the network learns to put what was
    taken off first, so that it sees the models as they are at the time of asking.
    """

    def __init__(self, settings: NextItemSettings | None = None) -> None:
        """Args:
        settings: ``None`` means the defaults.
        """
        self.settings = settings or NextItemSettings()
        self._fitted: tuple[Ints, SequenceModels, list[Listwise]] | None = None

    def fit(self, sequences: Sequences) -> Self:
        """Learns from whole sequences.

        Raises:
            ModelError: no sequence has two choices.
        """
        if not (sequences.length > 1).any():
            raise ModelError("no sequence has two choices: there is no next item to learn.")
        count = np.bincount(sequences.item, minlength=sequences.items)
        known = np.sort(np.argsort(-count, kind="stable")[: self.settings.max_items])
        whole = _over(sequences, known)
        facts, relevant = [], []
        kept = whole
        for _ in range(self.settings.levels):
            kept = kept.take(np.flatnonzero(kept.length > 1))
            if not len(kept):
                break
            kept, held = kept.without_last()
            models = SequenceModels.fit(kept, self.settings.models)
            wanted = held.bag() > 0
            for rows, found, table in self._facts(models, kept):
                facts.append(table)
                hits = wanted[rows].toarray()
                relevant.append(np.take_along_axis(hits, found, axis=1))
        learned = np.concatenate(facts), np.concatenate(relevant)
        given = self.settings.network
        networks = [
            Listwise.fit(*learned, given.model_copy(update={"seed": given.seed * 100 + i}))
            for i in range(self.settings.networks)
        ]
        self._fitted = known, SequenceModels.fit(whole, self.settings.models), networks
        return self

    def recommend(self, histories: Sequences, length: int = 10) -> Ints:
        """(N, length) items that each student is likely to choose next, best first.

        What is in the history is left out; -1 where there are too few items. A student
        without a history gets what is chosen most.

        Raises:
            ModelError: called before `fit`.
        """
        if self._fitted is None:
            raise ModelError("this recommender knows nothing yet: call fit first.")
        known, models, networks = self._fitted
        asked = _over(histories, known)
        lists = np.full((len(asked), length), -1, dtype=np.int64)
        for rows, found, table in self._facts(models, asked):
            score = np.mean([network.log_chances(table) for network in networks], axis=0)
            fresh = asked.length[rows] == 0
            score[fresh] = models.counts["chosen"][found[fresh]]
            done = np.take_along_axis(asked.bag()[rows].toarray() > 0, found, axis=1)
            score = np.where(done, -np.inf, score)
            best = np.argsort(-score, axis=1, kind="stable")[:, :length]
            items = known[np.take_along_axis(found, best, axis=1)]
            open_ = np.isfinite(np.take_along_axis(score, best, axis=1))
            lists[rows, : items.shape[1]] = np.where(open_, items, -1)
        return lists

    def _facts(
        self, models: SequenceModels, histories: Sequences
    ) -> Iterator[tuple[slice, Ints, Floats]]:
        """Some students at a time: which, (n, M) their candidates, (n, M, F) their facts."""
        size = min(self.settings.candidates, histories.items)
        for start in range(0, len(histories), ROWS):
            rows = slice(start, start + ROWS)
            part = histories.take(rows)
            pull = models.candidates(part)
            pull += 1e-9 * models.counts["chosen"]
            pull[part.row, part.item] = -np.inf
            found = np.argpartition(-pull, size - 1, axis=1)[:, :size]
            found = np.sort(found, axis=1)
            scores = {
                name: np.take_along_axis(values, found, axis=1)
                for name, values in models.scores(part).items()
            }
            yield rows, found, _table(scores)


def _table(scores: dict[str, NDArray[np.float64]]) -> Floats:
    """(n, M, F) the scores, spread out near 0, and the places by some of them."""
    spread = [np.sign(s) * np.log1p(20 * np.abs(s)) for s in scores.values()]
    places = [
        np.log1p(np.argsort(np.argsort(-scores[name], axis=1, kind="stable"), axis=1))
        for name in RANKED
    ]
    return np.stack([*spread, *places], axis=-1).astype(np.float32)


def _over(sequences: Sequences, known: Ints) -> Sequences:
    """The same sequences over the known items alone, by their place among them."""
    place = np.full(sequences.items, -1, dtype=np.int64)
    place[known] = np.arange(len(known))
    item = place[sequences.item]
    held = item >= 0
    length = np.bincount(sequences.row[held], minlength=len(sequences))
    return Sequences(item[held], length.astype(np.int64), len(known))
