"""A small course whose flaws are known, because they were planted."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

SKILLS = ["base", "builds-on-base", "alone", "flat", "other-1", "other-2", "other-3", "empty"]
QUESTIONS = 4
ROUNDS = 6


@dataclass(frozen=True)
class Course:
    """Tables of one course, and answers on it."""

    skills: pd.DataFrame
    items: pd.DataFrame
    prerequisites: pd.DataFrame
    answers: pd.DataFrame


def generated_course(seed: int, students: int = 400, planted: bool = True) -> Course:
    """Every student answers every skill ROUNDS times.

    `builds-on-base` is known as far as `base` is. Where flaws are planted: `flat` is not
    learned by practice, `alone` names `other-1` as a prerequisite without any reason, the
    question `other-2.2` is right where it should be wrong, `empty` has no question.
    """
    rng = np.random.default_rng(seed)
    asked = SKILLS if not planted else SKILLS[:-1]
    ability = 0.6 * rng.normal(size=(students, 1))
    levels = ability + 1.1 * rng.normal(size=(students, len(SKILLS)))
    levels[:, 1] = 0.9 * levels[:, 0] + 0.7 * rng.normal(size=students)
    parts = []
    for number, skill in enumerate(asked):
        slope = 0.0 if planted and skill == "flat" else 0.7
        for round_ in range(ROUNDS):
            question = rng.integers(QUESTIONS, size=students)
            line = levels[:, number] - 0.5 + slope * np.log(round_ + 1) + 0.3 * (question - 1.5)
            if planted and skill == "other-2":
                line = np.where(question == 2, -line, line)
            parts.append(
                pd.DataFrame(
                    {
                        "student_id": [f"s{i:04d}" for i in range(students)],
                        "content_id": [f"{skill}.{q}" for q in question],
                        "skill_id": skill,
                        "correct": rng.random(students) < expit(line),
                        "position": number * ROUNDS + round_,
                    }
                )
            )
    needs = [("builds-on-base", "base"), *([("alone", "other-1")] if planted else [])]
    return Course(
        skills=pd.DataFrame(
            {
                "skill_id": SKILLS,
                "course_id": "c",
                "name": [skill.replace("-", " ") for skill in SKILLS],
                "position": range(len(SKILLS)),
            }
        ),
        items=_items(asked),
        prerequisites=pd.DataFrame(needs, columns=["skill_id", "requires_skill_id"]),
        answers=pd.concat(parts, ignore_index=True),
    )


def _items(asked: list[str]) -> pd.DataFrame:
    questions = [
        (f"{skill}.{q}", skill, "assessment") for skill in asked for q in range(QUESTIONS)
    ]
    study = [(f"{skill}.video", skill, "video") for skill in SKILLS]
    table = pd.DataFrame(questions + study, columns=["content_id", "skill", "type"])
    return table.assign(
        skill_ids=[[skill] for skill in table.pop("skill")], duration_s=300.0, min_age=0
    )
