"""A toy course whose truth is known: four skills of four items, and a model of it."""

from functools import cache

import numpy as np
import pandas as pd

from learnloop.mastery import ItemBank, MasteryPredictor, MasterySettings

SKILLS = ["adding", "dividing", "multiplying", "subtracting"]
QUICK = MasterySettings(
    hidden_units=8,
    epochs=12,
    batch_size=256,
    traits=3,
    trait_iterations=5,
    difficulty_folds=2,
    folds=2,
    bootstrap_draws=40,
)
START = pd.Timestamp("2025-09-01", tz="UTC")


def bank() -> ItemBank:
    """Items 0 to 3 of each skill, from easy (-1.5) to hard (1.5)."""
    rows = [
        (f"{skill}-{number}", skill, number - 1.5, 1.0, 50)
        for skill in SKILLS
        for number in range(4)
    ]
    columns = ["content_id", "skill_id", "difficulty", "discrimination", "attempts"]
    return ItemBank(pd.DataFrame(rows, columns=columns), SKILLS)


def history(
    correct: list[bool],
    skill: str = "adding",
    student: str = "ada",
    day: float = 0.0,
    item: int = 1,
) -> pd.DataFrame:
    """Answers of one student on one item, a minute apart from `day` on."""
    number = len(correct)
    times = [START + pd.Timedelta(days=day, minutes=place) for place in range(number)]
    return pd.DataFrame(
        {
            "student_id": student,
            "content_id": f"{skill}-{item}",
            "skill_id": skill,
            "correct": correct,
            "occurred_at": pd.Series(times, dtype="datetime64[us, UTC]"),
            "position": range(number),
            "split": "train",
        }
    )


def later(*parts: pd.DataFrame) -> pd.DataFrame:
    """Histories of one student, one after another."""
    joined = pd.concat(parts, ignore_index=True)
    return joined.assign(position=range(len(joined)))


def classroom(students: int, seed: int, forgetting: float = 0.0) -> tuple[pd.DataFrame, ...]:
    """Answers with known chances: logit = ability + skill level - difficulty - forgetting.

    Each student answers 40 questions, eight a day, a week of holiday after each day.
    The skill level is drawn once per student and skill with a spread of 1.5; each day
    without practice of the skill costs `forgetting` logits at log(1 + days).

    Returns:
        Attempts with a column `chance`, and the truth: one row per student and skill
        with `level`, ability plus skill level.
    """
    rng = np.random.default_rng(seed)
    rows, truth = [], []
    for number in range(students):
        ability, levels = rng.normal(), dict(zip(SKILLS, rng.normal(0, 1.5, 4), strict=True))
        last: dict[str, float] = {}
        name = f"student-{seed}-{number:03d}"
        split = "train" if number % 5 else "validation"
        for place in range(40):
            day = 8.0 * (place // 8) + 0.01 * (place % 8)
            skill, item = SKILLS[rng.integers(4)], int(rng.integers(4))
            lost = forgetting * np.log1p(day - last[skill]) if skill in last else 0.0
            chance = 1 / (1 + np.exp(item - 1.5 + lost - ability - levels[skill]))
            last[skill] = day
            rows.append((name, f"{skill}-{item}", skill, day, place, split, chance))
        truth += [(name, skill, ability + level) for skill, level in levels.items()]
    columns = ["student_id", "content_id", "skill_id", "day", "position", "split", "chance"]
    table = pd.DataFrame(rows, columns=columns)
    times = (START + pd.to_timedelta(table["day"], unit="D")).astype("datetime64[us, UTC]")
    correct = rng.random(len(table)) < table["chance"].to_numpy()
    attempts = table.drop(columns="day").assign(correct=correct, occurred_at=times)
    return attempts, pd.DataFrame(truth, columns=["student_id", "skill_id", "level"])


@cache
def trained() -> MasteryPredictor:
    """A model of 250 students who do not forget."""
    return MasteryPredictor(bank(), QUICK).fit(classroom(250, seed=1)[0])


@cache
def trained_on_forgetting() -> MasteryPredictor:
    """A model of 250 students who forget."""
    return MasteryPredictor(bank(), QUICK).fit(classroom(250, seed=2, forgetting=1.0)[0])


def mastery(model: MasteryPredictor, answers: pd.DataFrame, day: float, skill: str) -> float:
    """What the one student of `answers` masters of `skill` at `day`."""
    from learnloop.mastery.moments import masteries_at

    moment = pd.Series([START + pd.Timedelta(days=day)], dtype="datetime64[us, UTC]")
    moments = pd.DataFrame({"student_id": answers["student_id"].iloc[:1], "as_of": moment})
    return float(masteries_at(model, answers, moments)[0, model.skills.index(skill)])
