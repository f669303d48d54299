"""Which missing prerequisite truly holds a student back: the answer key of gap finding.

In the campus a prerequisite never makes an answer right or wrong; it decides how much of a
piece of work on the skill is learnt (`Knowledge.learn`). So the key asks: with the same work
on the skill, how much more would the student know of it, had the prerequisite been known all
the while? Of a skill with the readiness r(w) in the weeks w of the student's answers on it,

    x  = -C ln(1 - L / C)          work done, from what was learnt L and the ceiling C
    L' = C (1 - exp(-x G' / G))    what the same work had taught

with G and G' the share of the gain that r leaves, averaged over those answers, as it was and
with the prerequisite known. From the tables of the truth alone: true mastery by week gives
the latent logits, as the skill's items are known; what no skill has left is the slump.
"""

import numpy as np
import pandas as pd

from learnloop.simulation import rates
from learnloop.simulation.draws import Floats
from learnloop.simulation.items import Ints
from learnloop.simulation.knowledge import gain_left, known_share, response_probability
from learnloop.simulation.learners import CAMPUS

_GRID = np.linspace(-9.0, 9.0, 721)
"""Logits between which mastery is turned back; a mastery beyond them is none that occurs."""
TRUE_GAPS = ["student_id", "skill_id", "requires_skill_id", "mastery", "explained"]


def true_gaps(
    answers: pd.DataFrame,
    prerequisites: pd.DataFrame,
    truth_mastery: pd.DataFrame,
    item_truth: pd.DataFrame,
    guess: float = 0.0,
) -> pd.DataFrame:
    """How much of the errors to come each direct prerequisite explains.

    A case is a skill that a student has answered wrongly until the student's last moment in
    `truth_mastery`; nothing else decides what is a case.

    Args:
        answers: of the students asked about: `student_id`, `skill_id`, `correct`,
            `occurred_at`.
        prerequisites: `skill_id`, `requires_skill_id`: all that are truly needed.
        truth_mastery: `TruthMastery`, at least of these students.
        item_truth: `skill_id`, `difficulty`, `discrimination` of all assessment items.
        guess: of the campus.

    Returns:
        One row per case and direct prerequisite: TRUE_GAPS. `mastery` is the true one of the
        skill at the last moment; `explained`, in [0, 1], the share of the wrong answers to be
        expected then that would be right had the prerequisite been known. Cases without a
        prerequisite and students without a truth are left out.
    """
    known = truth_mastery[truth_mastery["student_id"].isin(answers["student_id"].unique())]
    if known.empty:
        return pd.DataFrame(columns=TRUE_GAPS)
    world = _World(known, item_truth, guess)
    work = world.work_of(answers)
    cases = work[work.groupby(["student", "skill"])["wrong"].transform("sum") > 0]
    needs = prerequisites.groupby("skill_id")["requires_skill_id"].agg(list)
    parts = [
        _of_skill(world, str(skill), list(needs[skill]), rows)
        for skill, rows in cases.groupby(world.skills[cases["skill"]])
        if skill in needs.index
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=TRUE_GAPS)


class _World:
    """The latent logits behind the truth of some students: shape (students, weeks, skills)."""

    def __init__(self, truth: pd.DataFrame, items: pd.DataFrame, guess: float) -> None:
        moments = truth.groupby(truth["student_id"].astype(str))["as_of"]
        self.start, self.end = moments.min(), moments.max()
        self.students = students = self.start.index
        self.skills = pd.Index(sorted(truth["skill_id"].astype(str).unique()))
        self.curves = np.stack(
            [self._curve(items[items["skill_id"] == skill], guess) for skill in self.skills]
        )
        week = self._weeks_since(truth["student_id"].astype(str), truth["as_of"])
        shape = (len(students), int(week.max()) + 1, len(self.skills))
        mastery = np.full(shape, np.nan)
        mastery[
            students.get_indexer(pd.Index(truth["student_id"].astype(str))),
            week,
            self.skills.get_indexer(pd.Index(truth["skill_id"].astype(str))),
        ] = truth["mastery"]
        self.theta = np.empty(shape)
        for place, curve in enumerate(self.curves):
            self.theta[:, :, place] = np.interp(mastery[:, :, place], curve, _GRID)
        # Study only adds; what the least studied skill lacks, all lack.
        lost = (self.theta - self.theta[:, :1]).min(axis=2)
        self.slump = np.maximum(-lost, 0.0)

    @staticmethod
    def _curve(items: pd.DataFrame, guess: float) -> Floats:
        """Mastery at each logit of `_GRID`."""
        difficulty = items["difficulty"].to_numpy(float)
        slopes = items["discrimination"].to_numpy(float)
        chance = response_probability(_GRID[:, None], difficulty, slopes, guess)
        return np.asarray(chance.mean(axis=1))

    def _weeks_since(self, student_ids: pd.Series, moments: pd.Series) -> Ints:
        gone = moments.to_numpy() - self.start.reindex(student_ids).to_numpy()
        weeks = np.floor(pd.to_timedelta(gone) / pd.Timedelta(days=7))
        return np.asarray(weeks, dtype=np.int64)

    def work_of(self, answers: pd.DataFrame) -> pd.DataFrame:
        """`answers` and those `wrong` until the last moment, by `student`, `skill`, `week`."""
        seen = answers[answers["student_id"].isin(self.students)]
        seen = seen[seen["occurred_at"] <= seen["student_id"].map(self.end)]
        week = self._weeks_since(seen["student_id"], seen["occurred_at"])
        rows = pd.DataFrame(
            {
                "student": self.students.get_indexer(pd.Index(seen["student_id"])),
                "skill": self.skills.get_indexer(pd.Index(seen["skill_id"])),
                "week": np.clip(week, 0, self.theta.shape[1] - 1),
                "wrong": ~seen["correct"].to_numpy(bool),
            }
        )
        work = rows[rows["skill"] >= 0].groupby(["student", "skill", "week"])["wrong"]
        return work.agg(answers="size", wrong="sum").reset_index()

    def known(self, student: Ints, week: Ints, skills: Ints) -> Floats:
        """How far each skill counts as known: the mean of a week's beginning and end."""
        until = np.minimum(week + 1, self.theta.shape[1] - 1)
        ends = [self.theta[student, when][:, skills] for when in (week, until)]
        return np.asarray(known_share(np.stack(ends)).mean(axis=0))

    def mastery(self, skill: int, theta: Floats) -> Floats:
        """Of one skill at some logits."""
        return np.asarray(np.interp(theta, _GRID, self.curves[skill]))


def _of_skill(
    world: _World, skill_id: str, needs: list[str], work: pd.DataFrame
) -> pd.DataFrame:
    """`true_gaps` of the cases of one skill; `work`: a row per student and week at work."""
    skill = int(work["skill"].iloc[0])
    who, case = np.unique(work["student"], return_inverse=True)
    places = world.skills.get_indexer(pd.Index(needs))
    known = world.known(work["student"].to_numpy(), work["week"].to_numpy(), places)
    ready = known.mean(axis=1)

    def left(readiness: Floats) -> Floats:
        share = gain_left(readiness, CAMPUS.unready_gain)
        weight = work["answers"].to_numpy(float)
        return np.asarray(np.bincount(case, weight * share) / np.bincount(case, weight))

    theta = world.theta[who, -1, skill]
    learnt = theta + world.slump[who, -1] - world.theta[who, 0, skill]
    learnt = np.clip(learnt, 0.0, 0.999 * rates.LEARNT_CEILING)
    effort = -rates.LEARNT_CEILING * np.log1p(-learnt / rates.LEARNT_CEILING)
    mastery = world.mastery(skill, theta)
    parts = []
    for place, needed in enumerate(needs):
        better = left(ready + (1 - known[:, place]) / len(needs)) / left(ready)
        would = rates.LEARNT_CEILING * -np.expm1(-effort * better / rates.LEARNT_CEILING)
        gained = world.mastery(skill, theta + would - learnt) - mastery
        parts.append(
            pd.DataFrame(
                {
                    "student_id": world.students[who],
                    "skill_id": skill_id,
                    "requires_skill_id": needed,
                    "mastery": mastery,
                    "explained": gained / np.maximum(1 - mastery, 1e-9),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)
