"""The courses of the campus: skills, their prerequisites, and the items that teach them."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

from learnloop.content.schema import ContentType
from learnloop.simulation.draws import Floats
from learnloop.simulation.items import (
    ASSESSMENT,
    ITEMS_PER_TYPE,
    TYPES,
    Ints,
    Items,
    draw_items,
)
from learnloop.simulation.titles import title_of

HARDER_LOGITS = 1.2
"""What a term that is harder at full strength adds to the difficulty of every question."""


@dataclass(frozen=True)
class Curriculum:
    """Skills, items and their true parameters, as tables and as arrays.

    Skills and items are numbered in the order of `skills` and `items`.
    """

    skills: pd.DataFrame
    prerequisites: pd.DataFrame
    items: pd.DataFrame
    """The three tables have the schemas of `learnloop.content`."""
    courses: tuple[str, ...]
    course_skills: tuple[Ints, ...]
    """Skills of each course in curriculum order."""
    requires: Ints
    """Shape (skills, most prerequisites): prerequisite skills, -1 where there are fewer."""
    menu: Ints
    """Shape (skills, types, slots): items to choose from, -1 where there are fewer."""
    primary: Ints
    """Shape (items,): the first skill of each item."""
    secondary: Ints
    """Shape (items,): the second skill, -1 where there is none."""
    difficulty: Floats
    """Shape (items,): logits; means nothing for items that are not assessments."""
    discrimination: Floats
    """Shape (items,): per logit, positive."""
    appeal: Floats
    """Shape (items,): utility that every student sees in an item; makes popularity."""
    style: Floats
    """Shape (items, tastes): what students differ in liking."""
    duration_s: Floats
    min_age: Ints

    def truth_items(self) -> pd.DataFrame:
        """One row per assessment item: `content_id`, `difficulty`, `discrimination`."""
        asked = (self.items["type"] == ContentType.ASSESSMENT).to_numpy()
        return pd.DataFrame(
            {
                "content_id": self.items["content_id"].to_numpy()[asked],
                "difficulty": self.difficulty[asked],
                "discrimination": self.discrimination[asked],
            }
        )

    def assessments(self) -> Ints:
        """Shape (skills, assessments per skill): the questions that define mastery."""
        return self.menu[:, ASSESSMENT, : ITEMS_PER_TYPE[ASSESSMENT]]


def build_curriculum(seed: int, harder: float = 0.0) -> Curriculum:
    """The authored skills, and items drawn for them.

    Args:
        seed: of the campus; the skills are always the same, the items' numbers differ.
        harder: strength in [0, 1] of a drift towards harder questions; 1 adds
            `HARDER_LOGITS` to the difficulty of each.
    """
    skills, prerequisites = _tables()
    requires = _requires(skills, prerequisites)
    last = skills.groupby("course_id")["position"].transform("max")
    drawn = draw_items(seed, (skills["position"] / last).to_numpy(), requires[:, 0])
    courses = tuple(skills["course_id"].unique())
    return Curriculum(
        skills=skills,
        prerequisites=prerequisites,
        items=_item_table(skills, drawn),
        courses=courses,
        course_skills=tuple(
            np.flatnonzero((skills["course_id"] == course).to_numpy()) for course in courses
        ),
        requires=requires,
        menu=drawn.menu(),
        primary=drawn.primary,
        secondary=drawn.secondary,
        difficulty=drawn.difficulty + HARDER_LOGITS * harder * (drawn.kind == ASSESSMENT),
        discrimination=drawn.discrimination,
        appeal=drawn.appeal,
        style=drawn.style,
        duration_s=drawn.duration_s,
        min_age=drawn.min_age,
    )


@cache
def _authored() -> tuple[dict[str, str], ...]:
    """The rows of curriculum.csv: course, skill, name, situation, requires."""
    text = files("learnloop.simulation").joinpath("curriculum.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def _tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = _authored()
    skills = pd.DataFrame(
        {
            "skill_id": [f"{row['course']}.{row['skill']}" for row in rows],
            "course_id": [row["course"] for row in rows],
            "name": [row["name"] for row in rows],
        }
    )
    skills["position"] = skills.groupby("course_id").cumcount().astype("int64")
    edges = [
        (skill_id, needed)
        for skill_id, row in zip(skills["skill_id"], rows, strict=True)
        for needed in row["requires"].split(";")
        if needed
    ]
    return skills, pd.DataFrame(edges, columns=["skill_id", "requires_skill_id"])


def _requires(skills: pd.DataFrame, prerequisites: pd.DataFrame) -> Ints:
    number = {skill_id: place for place, skill_id in enumerate(skills["skill_id"])}
    needed: list[list[int]] = [[] for _ in number]
    for edge in prerequisites.itertuples():
        needed[number[str(edge.skill_id)]].append(number[str(edge.requires_skill_id)])
    width = max(map(len, needed))
    return np.array([row + [-1] * (width - len(row)) for row in needed], dtype=np.int64)


def _item_table(skills: pd.DataFrame, drawn: Items) -> pd.DataFrame:
    ids = skills["skill_id"].to_numpy()
    rows = _authored()
    kinds = [TYPES[kind] for kind in drawn.kind]
    pairs = list(zip(drawn.primary, drawn.secondary, strict=True))
    numbered = list(zip(drawn.primary, kinds, drawn.slot, strict=True))
    return pd.DataFrame(
        {
            "content_id": [
                f"{ids[skill]}.{kind.value}-{slot + 1}" for skill, kind, slot in numbered
            ],
            "course_id": skills["course_id"].to_numpy()[drawn.primary],
            "type": [kind.value for kind in kinds],
            "title": [
                title_of(rows[skill]["name"], rows[skill]["situation"], kind, slot)
                for skill, kind, slot in numbered
            ],
            "skill_ids": [
                [ids[first]] if second < 0 else [ids[first], ids[second]]
                for first, second in pairs
            ],
            "duration_s": drawn.duration_s,
            "author_difficulty": drawn.author_difficulty,
            "min_age": drawn.min_age,
        }
    )
