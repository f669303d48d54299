"""The mastery predictor: what a student will answer next, and masters now, and why."""

import hashlib
import json
from datetime import datetime
from numbers import Real
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import pandas as pd
from scipy.special import expit

from learnloop.errors import ModelError
from learnloop.mastery.crossfit import FitItems, unseen_inputs
from learnloop.mastery.inputs import INPUTS, inputs_of
from learnloop.mastery.intervals import FROM_ANSWERS, UNKNOWN, ends_of, logit_variances
from learnloop.mastery.items import ITEM_INPUTS, ItemBank, skills_version
from learnloop.mastery.network import Network
from learnloop.mastery.sequences import check, days
from learnloop.mastery.settings import MasterySettings
from learnloop.mastery.state import (
    JOINT_INPUTS,
    SKILL_INPUTS,
    STUDENT_INPUTS,
    Answers,
    Knowledge,
    skill_inputs,
    student_inputs,
    study,
    update,
)
from learnloop.mastery.traits import Floats, Places, Singles

TIMES = ("days_since_answer", "days_since_practice")
REASONS = {
    "how hard the item is": ITEM_INPUTS,
    "answers so far on all skills": (
        *JOINT_INPUTS,
        *(n for n in STUDENT_INPUTS if n not in TIMES),
    ),
    "answers so far on this skill": tuple(
        n for n in SKILL_INPUTS if n not in (*TIMES, "skill_studied")
    ),
    "studied on this skill": ("skill_studied",),
    "days since practice": TIMES,
}
"""Reason and the inputs behind it; every input stands behind exactly one."""


RATE_PRIOR_ANSWERS = 2.0
"""A share of correct answers is drawn to that of more students, or of more skills, as if
by so many answers."""


class MasteryPredictor:
    """Knowledge tracing: a small network over a recurrence of traits and residuals.

    The `examples` of all methods hold one row per answer, with `student_id`,
    `content_id`, `skill_id`, `correct`, `occurred_at` (null where only the order is
    known) and `position` (order within the student), and, where it is known, `studied` (how
    often the student had watched, read or tried items of the skill before). A student's rows
    are the whole history: what is not among them, the model does not know.

    `predict` gives one column, `probability` in [0, 1]: that the answer is correct,
    from the student's earlier answers, the item and the time alone. It never depends
    on the row's own `correct` or on later rows. Contributions of `explain` are in logits.
    """

    name: ClassVar[str] = "mastery_predictor"
    contract: ClassVar[int] = 2

    def __init__(
        self, items: ItemBank, settings: MasterySettings, network: Network | None = None
    ) -> None:
        """Args:
        items: difficulty of the items, and the list of skills.
        settings: hyper-parameters.
        network: the weights; ``None`` until `fit`.
        """
        self.items = items
        self.settings = settings
        self._network = network
        self.skill_rates = np.full(len(items.skills) + 1, 0.5)
        """(K + 1,) share of correct answers on each skill, of the students learned from;
        the last is that of all answers. For baselines: the network does not use it."""
        self.logit_variances = np.full(len(FROM_ANSWERS), UNKNOWN)
        """How unsure masteries are, as `learnloop.mastery.intervals` has it."""
        self._levels = items.levels(settings.difficulty_levels)

    @property
    def skills(self) -> list[str]:
        """The skills that masteries stand for, in their order."""
        return self.items.skills

    @property
    def version(self) -> str:
        """`2-` and 12 digits that change with the weights, the skills or the items."""
        network = self._fitted()
        digest = hashlib.blake2b(skills_version(self.skills).encode(), digest_size=6)
        traits, levels = self.items.traits, self._levels
        arrays = (network.hidden, network.by_skill, network.out, network.skip, network.bias)
        fitted = (traits.hardness, traits.slopes, traits.skill_slopes)
        for array in (*arrays, *fitted, self.logit_variances, levels.inputs, levels.weight):
            digest.update(np.ascontiguousarray(array).tobytes())
        return f"{self.contract}-{digest.hexdigest()}"

    def fit(self, examples: pd.DataFrame, fit_items: FitItems | None = None) -> Self:
        """Fits the items' traits and trains the network on inputs out of fold by student.

        Args:
            examples: answers. Where there is a column `split`, only rows of `train`
                teach, rows of `validation` say when to stop, and others are left out.
            fit_items: fits difficulties on some answers, for those out of fold; ``None``
                keeps those of the bank, which shall then not have seen the students.

        Raises:
            ModelError: a column is missing, a row cannot be an answer (it is named), there
                is nothing to learn from, or only one kind of answer.
        """
        check(examples)
        splits = (
            examples["split"] if "split" in examples else pd.Series("train", examples.index)
        )
        learned, held = examples[splits == "train"], examples[splits == "validation"]
        if learned.empty or learned["correct"].nunique() < 2:
            raise ModelError(
                f"{len(learned)} answers with {learned['correct'].nunique()} distinct "
                "outcomes cannot teach mastery: give right and wrong answers of `train`."
            )
        from learnloop.mastery.training import train

        taught = unseen_inputs(learned, self.items, fit_items, self.settings)
        self.items = self.items.with_traits(learned, self.settings)
        self._levels = self.items.levels(self.settings.difficulty_levels)
        validation = None
        if len(held):
            table, histories = inputs_of(held, self.items)
            validation = (table, histories.answers.skill, histories.answers.correct)
        self._network = train(taught, validation, len(self.skills) + 1, self.settings)
        if len(held):
            self.logit_variances = logit_variances(held, self.items, self._network)
        self.skill_rates = self._rates(learned)
        return self

    def _rates(self, examples: pd.DataFrame) -> Floats:
        skill, _, _ = self.items.look_up(examples["content_id"], examples["skill_id"])
        correct = examples["correct"].to_numpy(float)
        size = len(self.skills) + 1
        right, given = np.bincount(skill, correct, size), np.bincount(skill, minlength=size)
        prior = RATE_PRIOR_ANSWERS
        rates = (right + prior * correct.mean()) / (given + prior)
        rates[-1] = correct.mean()
        return np.asarray(rates)

    def inputs(self, examples: pd.DataFrame) -> pd.DataFrame:
        """What the network sees of each answer: columns INPUTS, same index as `examples`."""
        return self._seen(examples)[0]

    def _seen(self, examples: pd.DataFrame) -> tuple[pd.DataFrame, Places]:
        """Inputs and places in the skill list, a row an example."""
        replayed, histories = inputs_of(examples, self.items)
        table, skill = np.empty_like(replayed), np.empty(len(replayed), np.int64)
        table[histories.source] = replayed
        skill[histories.source] = histories.answers.skill
        return pd.DataFrame(table, index=examples.index, columns=list(INPUTS)), skill

    def predict(self, examples: pd.DataFrame) -> pd.DataFrame:
        """The chance of each answer to be correct, before it is given.

        Returns:
            `probability` in [0, 1], same index as `examples`.

        Raises:
            ModelError: the model has not been fitted, a column is missing, or a row cannot
                be an answer (it is named): no id, `correct` neither true nor false, a
                `position` twice for a student, a time without a zone.
        """
        inputs, skill = self._seen(examples)
        logits = self._fitted().logits(inputs.to_numpy(), skill)
        return pd.DataFrame({"probability": expit(logits)}, index=examples.index)

    def explain(self, examples: pd.DataFrame) -> pd.DataFrame:
        """How far each group of inputs moves the logit from where it would be without.

        Without means: the mean item; no answer so far; no time gone by.

        Returns:
            One row per example and reason: `row`, `reason`, `contribution` (logits).
        """
        network = self._fitted()
        inputs, skill = self._seen(examples)
        logits = network.logits(inputs.to_numpy(), skill)
        neutral = dict(zip(ITEM_INPUTS, self.items.neutral(), strict=True))
        parts = []
        for reason, names in REASONS.items():
            without = inputs.assign(**{name: neutral.get(name, 0.0) for name in names})
            moved = logits - network.logits(without.to_numpy(), skill)
            parts.append(
                pd.DataFrame(
                    {
                        "row": examples.index,
                        "place": np.arange(len(examples)),
                        "reason": reason,
                        "contribution": moved,
                    }
                )
            )
        table = pd.concat(parts, ignore_index=True)
        by_size = np.lexsort((-table["contribution"].abs(), table["place"]))
        return table.iloc[by_size].drop(columns="place").reset_index(drop=True)

    def new_student(self) -> Knowledge:
        """The state of one student of whom nothing is known."""
        return Knowledge.empty(1, len(self.skills), self.items.traits.slopes.shape[1])

    def learn(
        self,
        state: Knowledge,
        content_id: str,
        skill_id: str,
        correct: bool,
        occurred_at: pd.Timestamp | None,
    ) -> None:
        """Takes one more answer into the state of one student, in place.

        Args:
            state: from `new_student`.
            content_id: the item.
            skill_id: its skill.
            correct: the outcome.
            occurred_at: when, with a time zone; ``None`` or ``NaT`` where only the order is
                known.

        Costs the same however long the history.

        Raises:
            ModelError: an id is no text, `correct` neither true nor false, or `occurred_at`
                no time with a zone; the state is as before.
        """
        for name, said in (("content_id", content_id), ("skill_id", skill_id)):
            if not isinstance(said, str):
                raise ModelError(f"{name} is {said!r}; give the id as text.")
        given = _outcome(correct)
        skill, items, slopes = self.items.look_up([content_id], [skill_id])
        outcome, day = np.array([given]), np.array([_day(occurred_at)])
        studied = state.skill_studied[0, skill]
        answer = Answers(skill, outcome, items[:, 0], slopes, day, studied)
        update(state, np.zeros(1, dtype=np.int64), answer)

    def study(self, state: Knowledge, skill_id: str) -> None:
        """Takes into the state of one student, in place, that the student studied a skill.

        A skill that the model does not know changes nothing.
        """
        if skill_id in self.skills:
            place, student = np.array([self.skills.index(skill_id)]), np.zeros(1, np.int64)
            study(state, student, place, state.skill_studied[0, place] + 1)

    def masteries(self, state: Knowledge, now: pd.Series) -> Singles:
        """What the students of a state master at a moment each.

        Args:
            state: of n students.
            now: (n,) moments, null where only the order is known.

        Returns:
            (n, K) in [0, 1], in the order of `skills`.

        Raises:
            ModelError: there are more moments than students, or one has no time zone.
        """
        if len(now) > len(state.answers):
            raise ModelError(
                f"now has {len(now)} moments; give one for each of the {len(state.answers)} "
                "students of the state."
            )
        return self.masteries_of(state, np.arange(len(now)), days(now))

    def intervals(self, state: Knowledge, now: pd.Series) -> tuple[Singles, Singles]:
        """The ends of the 95 % intervals of `masteries`, each (n, K) in [0, 1]."""
        return self.intervals_of(state, np.arange(len(now)), days(now))

    def intervals_of(
        self, state: Knowledge, students: Places, day: Floats
    ) -> tuple[Singles, Singles]:
        """The same for chosen rows of the state, moments in days since 1970."""
        mastery = self.masteries_of(state, students, day)
        answers = state.skill_answers[students, :-1]
        return ends_of(mastery, answers, self.logit_variances)

    def masteries_of(self, state: Knowledge, students: Places, day: Floats) -> Singles:
        """The same for chosen rows of the state, moments in days since 1970.

        Mastery is the probability of a correct answer now, averaged over the skill's
        items (grouped into levels of difficulty).
        """
        every = slice(0, len(self.skills))
        return self._fitted().masteries(
            state.traits[students],
            state.spread[students],
            student_inputs(state, students, day),
            skill_inputs(state, students, every, day),
            self._levels,
        )

    def save(self, folder: Path) -> None:
        """Writes weights, items and settings into `folder`."""
        network = self._fitted()
        folder.mkdir(parents=True, exist_ok=True)
        network.save(folder)
        self.items.save(folder)
        about = {
            "name": self.name,
            "contract": self.contract,
            "inputs": list(INPUTS),
            "settings": self.settings.model_dump(),
            "skill_rates": self.skill_rates.tolist(),
            "logit_variances": self.logit_variances.tolist(),
        }
        (folder / "model.json").write_text(json.dumps(about, indent=2), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Reads back what `save` wrote.

        Raises:
            ModelError: `folder` holds no mastery predictor, or one with other inputs.
        """
        try:
            about = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        except FileNotFoundError as missing:
            raise ModelError(f"{folder} holds no model: model.json is missing") from missing
        found = (about.get("name"), about.get("contract"))
        if found != (cls.name, cls.contract):
            raise ModelError(
                f"{folder} holds {found[0]} of contract {found[1]}, not {cls.name} of "
                f"contract {cls.contract}: fit it again."
            )
        if about.get("inputs") != list(INPUTS):
            raise ModelError(f"{folder} holds a {cls.name} with other inputs: fit it again.")
        settings = MasterySettings(**about["settings"])
        model = cls(ItemBank.load(folder), settings, Network.load(folder))
        model.skill_rates = np.array(about["skill_rates"])
        model.logit_variances = np.array(about["logit_variances"])
        return model

    def _fitted(self) -> Network:
        if self._network is None:
            raise ModelError("The mastery predictor has not been fitted: call fit first.")
        return self._network


def _outcome(correct: object) -> float:
    """1 for a correct answer, 0 for a wrong one."""
    if not isinstance(correct, Real | np.bool_) or correct not in (0, 1):
        raise ModelError(f"correct is {correct!r}; it must be true or false.")
    return float(correct)


def _day(moment: object) -> float:
    """Days since 1970 (UTC), as `learnloop.mastery.sequences.days` counts them."""
    if moment is None or moment is pd.NaT:
        return float("nan")
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise ModelError(
            f"occurred_at is {moment!r}; it must be a time with a time zone, or None where it "
            "is unknown."
        )
    return moment.timestamp() / 86_400
