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
from scipy.special import expit

from learnloop.simulation import rates
from learnloop.simulation.draws import Floats
from learnloop.simulation.items import Ints
from learnloop.simulation.knowledge import response_probability

_GRID = np.linspace(-9.0, 9.0, 721)
"""Logits between which mastery is turned back; a mastery beyond them is none that occurs."""
TRUE_GAPS = ["student_id", "skill_id", "requires_skill_id", "mastery", "explained"]


def true_gaps(
    cases: pd.DataFrame,
    answers: pd.DataFrame,
    prerequisites: pd.DataFrame,
    truth_mastery: pd.DataFrame,
    item_truth: pd.DataFrame,
    guess: float = 0.0,
) -> pd.DataFrame:
    """How much of the errors to come each direct prerequisite explains.

    Args:
        cases: `student_id`, `skill_id`, `as_of` (a week's end at the latest).
        answers: of these students: `student_id`, `skill_id`, `occurred_at`.
        prerequisites: `skill_id`, `requires_skill_id`.
        truth_mastery: `TruthMastery`, at least of these students.
        item_truth: `skill_id`, `difficulty`, `discrimination` of all assessment items.
        guess: of the campus.

    Returns:
        One row per case and direct prerequisite: TRUE_GAPS. `mastery` is the true one of the
        skill at `as_of`; `explained`, in [0, 1], the share of the wrong answers to be expected
        then that would be right had the prerequisite been known. Cases without an answer,
        a prerequisite or a truth are left out.
    """
    students = pd.Index(cases["student_id"].unique())
    known = truth_mastery[truth_mastery["student_id"].isin(students)]
    if known.empty:
        return pd.DataFrame(columns=TRUE_GAPS)
    world = _World(known, students, item_truth, guess)
    weeks = world.weeks_of(answers[answers["student_id"].isin(students)])
    work = weeks.groupby(["student", "skill", "week"]).size().rename("answers").reset_index()
    table = cases.assign(
        case=np.arange(len(cases)),
        student=students.get_indexer(pd.Index(cases["student_id"])),
        skill=world.skills.get_indexer(pd.Index(cases["skill_id"])),
        now=world.week_at(cases["student_id"], cases["as_of"]),
    )
    worked = table.merge(work, on=["student", "skill"])
    worked = worked[worked["week"] <= worked["now"]]
    needs = prerequisites.groupby("skill_id")["requires_skill_id"].agg(list)
    parts = [
        _of_skill(world, str(skill), list(needs[skill]), rows)
        for skill, rows in worked.groupby("skill_id")
        if skill in needs.index
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=TRUE_GAPS)


class _World:
    """The latent logits behind the truth of some students: shape (students, weeks, skills)."""

    def __init__(
        self, truth: pd.DataFrame, students: pd.Index, items: pd.DataFrame, guess: float
    ) -> None:
        self.students = students
        self.skills = pd.Index(sorted(truth["skill_id"].astype(str).unique()))
        self.curves = np.stack(
            [self._curve(items[items["skill_id"] == skill], guess) for skill in self.skills]
        )
        self.start = truth.groupby("student_id", observed=True)["as_of"].min()
        self.start.index = self.start.index.astype(str)
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

    def week_at(self, student_ids: pd.Series, moments: pd.Series) -> Ints:
        """The last week whose end is not after each moment."""
        week = self._weeks_since(student_ids, moments)
        return np.clip(week, 0, self.theta.shape[1] - 1)

    def weeks_of(self, answers: pd.DataFrame) -> pd.DataFrame:
        """Student, skill and week of each answer, as places."""
        return pd.DataFrame(
            {
                "student": self.students.get_indexer(pd.Index(answers["student_id"])),
                "skill": self.skills.get_indexer(pd.Index(answers["skill_id"])),
                "week": self.week_at(answers["student_id"], answers["occurred_at"]),
            }
        )

    def known(self, student: Ints, week: Ints, skills: Ints) -> Floats:
        """How far each skill counts as known: the mean of a week's beginning and end."""
        until = np.minimum(week + 1, self.theta.shape[1] - 1)
        ends = [self.theta[student, when][:, skills] for when in (week, until)]
        return np.asarray(expit(1.6 * np.stack(ends)).mean(axis=0))

    def mastery(self, skill: int, theta: Floats) -> Floats:
        """Of one skill at some logits."""
        return np.asarray(np.interp(theta, _GRID, self.curves[skill]))


def _of_skill(
    world: _World, skill_id: str, needs: list[str], worked: pd.DataFrame
) -> pd.DataFrame:
    """`true_gaps` of the cases of one skill; `worked`: a row per case and week at work."""
    skill = int(worked["skill"].iloc[0])
    student, week = worked["student"].to_numpy(), worked["week"].to_numpy()
    known = world.known(student, week, world.skills.get_indexer(pd.Index(needs)))
    ready = known.mean(axis=1)
    cases = worked.drop_duplicates("case")
    _, case = np.unique(worked["case"], return_inverse=True)

    def left(readiness: Floats) -> Floats:
        share = _gain_left(readiness)
        weight = worked["answers"].to_numpy(float)
        return np.asarray(np.bincount(case, weight * share) / np.bincount(case, weight))

    who, now = cases["student"].to_numpy(), cases["now"].to_numpy()
    theta = world.theta[who, now, skill]
    learnt = theta + world.slump[who, now] - world.theta[who, 0, skill]
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
                    "student_id": cases["student_id"].to_numpy(),
                    "skill_id": skill_id,
                    "requires_skill_id": needed,
                    "mastery": mastery,
                    "explained": gained / np.maximum(1 - mastery, 1e-9),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _gain_left(readiness: Floats) -> Floats:
    """As `Knowledge` has it for the students of the campus."""
    least = rates.UNREADY_GAIN
    return np.asarray(least + (1 - least) * np.clip(1.5 * readiness - 0.25, 0, 1))
