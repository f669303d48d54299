"""Simulated sittings: how long tests are, how right, and where a bank measures badly."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from learnloop.assessment.adaptive import AdaptiveTest
from learnloop.assessment.bank import Flags, TestBank
from learnloop.assessment.belief import Belief
from learnloop.assessment.session import EndReason
from learnloop.assessment.settings import AssessmentSettings
from learnloop.content.schema import ContentType
from learnloop.difficulty.bank import ItemBank
from learnloop.difficulty.response import Floats
from learnloop.evaluation import bootstrap, mean, rmse

NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""Simulated students take no time."""
FEW = 10
"""Questions that a placement should do with."""
CURVE = np.linspace(-3.5, 3.5, 57)
"""Abilities of the curves for a reader."""


def course_banks(fitted: ItemBank, content_items: pd.DataFrame) -> dict[str, TestBank]:
    """A bank per course, of the questions that students of every age may see.

    Args:
        fitted: of the difficulty model.
        content_items: `content_id`, `course_id`, `type`, `skill_ids`, `min_age`.
    """
    asked = content_items["type"] == ContentType.ASSESSMENT
    questions = content_items[asked & (content_items["min_age"] == 0)]
    return {
        str(course): TestBank.of(fitted, own.reset_index(drop=True))
        for course, own in questions.groupby("course_id")
    }


def balanced(settings: AssessmentSettings, bank: TestBank) -> AssessmentSettings:
    """The settings with each skill's share of the bank as its share of a test."""
    count = np.bincount(bank.skill, minlength=len(bank.skill_ids))
    share = dict(zip(bank.skill_ids, (count / len(bank)).tolist(), strict=True))
    return settings.model_copy(update={"content": share})


def sit(
    bank: TestBank, settings: AssessmentSettings, priors: Iterable[Belief], right: Flags
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Students take the test one after the other.

    Args:
        bank: the questions.
        settings: of the test.
        priors: what is believed of each student.
        right: whether each would answer each question right; shape (students, questions).

    Returns:
        A row per student: `questions`, `precise` (whether the standard error was reached),
        `ability`, `early_ability` (after ten questions), `low`, `high`, `share` (expected of
        the bank's questions answered right); and of the questions `exposure`, the largest
        share of students who met one, and
        `overlap`.
    """
    test = AdaptiveTest(bank, settings)
    count = np.bincount(bank.skill, minlength=len(bank.skill_ids))
    rows = []
    for prior, answers in zip(priors, right, strict=True):
        session = test.ask(test.start(now=NOW, prior=prior), NOW)
        while session.pending is not None:
            correct = bool(answers[bank.place[session.pending]])
            session = test.ask(test.answer(session, session.pending, correct, NOW), NOW)
            if len(session.answered) <= FEW:
                early = test.result(session).ability
        said = test.result(session)
        mastery = np.array([said.masteries[skill] for skill in bank.skill_ids])
        rows.append(
            {
                "questions": said.questions,
                "precise": said.ended is EndReason.PRECISE,
                "ability": said.ability,
                "early_ability": early,
                "low": said.low,
                "high": said.high,
                "share": float(mastery @ count / count.sum()),
            }
        )
    exposure = {
        "exposure": float(test.exposure.rates.max()),
        "overlap": test.exposure.overlap,
    }
    return pd.DataFrame(rows), exposure


def ability_of(bank: TestBank, share: Floats) -> Floats:
    """The ability at which the model expects these shares of the bank's questions right."""
    return np.interp(share, bank.chances.mean(axis=0), bank.grid.ability)


def judge(
    sittings: pd.DataFrame, true_ability: Floats, true_share: Floats, draws: int
) -> dict[str, Any]:
    """Lengths and errors with 95 % intervals over students.

    Args:
        sittings: of `sit`.
        true_ability: of each student, in standard deviations of the population.
        true_share: of the bank's questions that the student truly answers right, on average.
        draws: of the bootstrap.
    """
    students = np.arange(len(sittings))
    held = (sittings["low"] <= true_ability) & (true_ability <= sittings["high"])
    columns: dict[str, Sequence[Any]] = {
        "mean_items": (mean, sittings["questions"]),
        "within_10_items": (mean, sittings["precise"] & (sittings["questions"] <= FEW)),
        "precise": (mean, sittings["precise"]),
        "rmse_ability": (rmse, true_ability, sittings["ability"]),
        "rmse_ability_after_10": (rmse, true_ability, sittings["early_ability"]),
        "rmse_share": (rmse, true_share, sittings["share"]),
        "coverage": (mean, held),
    }
    scores = {
        name: bootstrap(
            measure, *(np.asarray(c, float) for c in each), students=students, draws=draws
        ).as_dict()
        for name, (measure, *each) in columns.items()
    }
    return {"median_items": float(sittings["questions"].median()), **scores}


def information_curves(
    bank: TestBank, settings: AssessmentSettings, beliefs: Sequence[Belief]
) -> dict[str, Any]:
    """What the bank can tell at each ability, beside where the students are.

    Args:
        bank: the questions.
        settings: of the test.
        beliefs: of the course's students.

    Returns:
        `ability`; `all`, the information of all questions; `test`, that of the `max_items`
        that tell most there; `needed`, what makes a new student's standard error small
        enough (1 / SE², less 1 where the population's prior counts); `students`, their density;
        `badly_measured`, the share of students where `test` is below `needed`.
    """
    told = np.stack([bank.information(float(ability)) for ability in CURVE])
    best = np.sort(told, axis=1)[:, ::-1][:, : settings.max_items].sum(axis=1)
    needed = settings.standard_error**-2 - (settings.error == "posterior")
    centre = np.array([belief.mean for belief in beliefs])
    width = np.array([belief.sd for belief in beliefs])
    away = (CURVE[:, None] - centre) / width
    density = np.mean(np.exp(-(away**2) / 2) / (width * np.sqrt(2 * np.pi)), axis=1)
    return {
        "ability": CURVE.tolist(),
        "all": told.sum(axis=1).tolist(),
        "test": best.tolist(),
        "needed": needed,
        "students": density.tolist(),
        "badly_measured": float(density[best < needed].sum() / density.sum()),
    }
