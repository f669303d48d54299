"""What the mastery model has to beat: two estimates that need no training of a network.

*Item response theory* asks the item's parameters and one running ability per student.
*Skill rate* asks the student's own share of correct answers on the skill.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from learnloop.mastery.items import Levels
from learnloop.mastery.moments import masteries_at
from learnloop.mastery.network import Singles
from learnloop.mastery.predictor import RATE_PRIOR_ANSWERS, MasteryPredictor
from learnloop.mastery.sequences import encode, in_chunks, replay
from learnloop.mastery.state import Floats, Knowledge, Places


@dataclass(frozen=True)
class Baselines:
    """Answers the questions that the model answers, for comparison."""

    model: MasteryPredictor
    """Lends its items, its skills and all students' rates, not its network."""

    def answers(self, attempts: pd.DataFrame) -> pd.DataFrame:
        """The chance of each answer to be correct, before it is given.

        Returns:
            `baseline_irt` and `baseline_skill_rate` in [0, 1], same index as `attempts`.
        """
        histories, items = encode(attempts, self.model.items)
        table = np.empty((len(items), 2))
        for _, chunk in in_chunks(histories, len(self.model.skills)):
            state = Knowledge.empty(len(chunk.students), len(self.model.skills))
            for _, students, places in replay(chunk, state):
                asked = chunk.answers.at(places)
                rows = chunk.source[places]
                logit = asked.discrimination * state.ability[students] - asked.hardness
                table[rows, 0] = expit(logit)
                table[rows, 1] = self._rate(state, students, asked.skill)
        columns = ["baseline_irt", "baseline_skill_rate"]
        return pd.DataFrame(table, index=attempts.index, columns=columns)

    def masteries(
        self, attempts: pd.DataFrame, moments: pd.DataFrame
    ) -> tuple[Singles, Singles]:
        """Per-skill mastery at moments, by item response theory and by skill rate.

        Returns:
            Twice (len(moments), K), as `masteries_at` gives it.
        """
        levels = self.model.items.levels(self.model.settings.difficulty_levels)
        every = slice(0, len(self.model.skills))

        def theory(state: Knowledge, students: Places, _: Floats) -> Floats:
            return _over_items(state.ability[students], levels)

        def rate(state: Knowledge, students: Places, _: Floats) -> Floats:
            return self._rate(state, students, every)

        return (
            masteries_at(self.model, attempts, moments, theory),
            masteries_at(self.model, attempts, moments, rate),
        )

    def _rate(self, state: Knowledge, students: Places, skill: Places | slice) -> Floats:
        correct = state.skill_correct[students, skill]
        answers = state.skill_answers[students, skill]
        prior = RATE_PRIOR_ANSWERS
        return np.asarray((correct + prior * self.model.skill_rates[skill]) / (answers + prior))


def _over_items(ability: Floats, levels: Levels) -> Floats:
    """(n, K) mean over each skill's items of logistic(a θ - a b)."""
    hardness, discrimination = levels.inputs[..., 0], levels.inputs[..., 1]
    chance = expit(discrimination * ability[:, None, None] - hardness)
    return np.asarray((levels.weight * chance).sum(axis=2))
