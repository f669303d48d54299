"""What the mastery model has to beat: two estimates that need no training of a network.

*Item response theory* asks the item's parameters and one running ability per student.
*Skill rate* asks the student's own share of correct answers on the skill.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from learnloop.mastery.items import Levels
from learnloop.mastery.moments import states_at
from learnloop.mastery.predictor import RATE_PRIOR_ANSWERS, MasteryPredictor
from learnloop.mastery.sequences import encode, in_chunks, replay
from learnloop.mastery.state import Knowledge
from learnloop.mastery.traits import Floats, Places, Singles


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
        ordered = attempts.sort_values(["student_id", "position"])
        own = ordered.groupby(["student_id", "skill_id"])["correct"]
        correct, given = own.cumsum() - ordered["correct"], own.cumcount()
        skill, _, _ = self.model.items.look_up(ordered["content_id"], ordered["skill_id"])
        rate = pd.Series(self._rate(correct, given, skill), ordered.index)
        return pd.DataFrame(
            {"baseline_irt": self._theory(attempts), "baseline_skill_rate": rate}
        )

    def _theory(self, attempts: pd.DataFrame) -> "pd.Series[float]":
        """Two-parameter item response theory with a running ability."""
        bank = self.model.items.unidimensional()
        histories, _ = encode(attempts, bank)
        chance = np.empty(len(attempts))
        for _, chunk in in_chunks(histories, bank):
            state = Knowledge.empty(len(chunk.students), len(bank.skills), 1)
            for _, students, places in replay(chunk, state):
                asked = chunk.answers.at(places)
                logit = asked.slopes[:, 0] * state.traits[students, 0] - asked.hardness
                chance[chunk.source[places]] = expit(logit)
        return pd.Series(chance, attempts.index)

    def masteries(
        self, attempts: pd.DataFrame, moments: pd.DataFrame
    ) -> tuple[Singles, Singles]:
        """Per-skill mastery at moments, by item response theory and by skill rate.

        Returns:
            Twice (len(moments), K), as `masteries_at` gives it.
        """
        bank = self.model.items.unidimensional()
        levels = bank.levels(self.model.settings.difficulty_levels)

        def theory(state: Knowledge, students: Places, _: Floats) -> Floats:
            return _over_items(state.traits[students, 0], levels)

        return states_at(bank, attempts, moments, theory), self._rates_at(attempts, moments)

    def _rates_at(self, attempts: pd.DataFrame, moments: pd.DataFrame) -> Singles:
        """(len(moments), K) the skill rate just before each moment."""
        ordered = attempts.sort_values(["student_id", "position"], ignore_index=True)
        own = ordered.groupby(["student_id", "skill_id"])["correct"]
        so_far = ordered[["student_id", "skill_id", "occurred_at"]].assign(
            correct_so_far=own.cumsum(), given=own.cumcount() + 1
        )
        skills = pd.DataFrame(
            {"skill_id": self.model.skills, "place": range(len(self.model.skills))}
        )
        asked = moments[["student_id", "as_of"]].reset_index(drop=True)
        asked = asked.assign(moment=asked.index).merge(skills, how="cross")
        known = pd.merge_asof(
            asked.sort_values("as_of", kind="stable"),
            so_far.sort_values("occurred_at", kind="stable"),
            left_on="as_of",
            right_on="occurred_at",
            by=["student_id", "skill_id"],
            allow_exact_matches=False,
        ).fillna({"correct_so_far": 0, "given": 0})
        place = known["place"].to_numpy()
        rates = np.empty((len(moments), len(self.model.skills)), dtype=np.float32)
        rate = self._rate(known["correct_so_far"], known["given"], place)
        rates[known["moment"].to_numpy(), place] = rate
        return rates

    def _rate(
        self, correct: "pd.Series[int]", given: "pd.Series[int]", skill: Places
    ) -> Floats:
        prior = RATE_PRIOR_ANSWERS
        usual = self.model.skill_rates[skill]
        return (correct.to_numpy(float) + prior * usual) / (given.to_numpy(float) + prior)


def _over_items(ability: Singles, levels: Levels) -> Floats:
    """(n, K) mean over each skill's items of logistic(a θ - a b)."""
    hardness, discrimination = levels.inputs[..., 0], levels.slopes[..., 0]
    chance = expit(discrimination * ability[:, None, None] - hardness)
    return np.asarray((levels.weight * chance).sum(axis=2))
