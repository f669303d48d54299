"""The protocol between whoever chooses the next item and any classroom to try it in.

A classroom hands a `Lesson` to a policy, then asks it for an item and tells it what came of
it, again and again. `teach` plays one student; docs/teaching-policy.md shows a classroom of
one's own.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import networkx as nx
import pandas as pd

from learnloop.content.graph import prerequisite_graph, topological_order
from learnloop.content.schema import ContentType
from learnloop.errors import DataError

Prerequisites = Mapping[str, Collection[str]] | pd.DataFrame
"""What each skill needs: a mapping, or a table with `skill_id` and `requires_skill_id`."""


@dataclass(frozen=True)
class LessonItem:
    """What a policy is told of an item; `None` is what the classroom does not know."""

    content_id: str
    skill_ids: tuple[str, ...]
    """At least one, the primary one first."""
    question: bool = True
    """Whether it asks for an answer; a video or a text does not."""
    minutes: float | None = None
    """How long it is expected to take."""
    difficulty: float | None = None
    """Logits above (harder) or below the mean question of its skill's course."""


@dataclass(frozen=True)
class Lesson:
    """What is to be learnt, what it builds on and with what it can be taught."""

    objective: tuple[str, ...]
    """Skills, the mean mastery of which counts."""
    prerequisites: Mapping[str, tuple[str, ...]]
    """By skill, those that it needs directly; only skills that matter, none in a cycle."""
    items: tuple[LessonItem, ...]
    """Those that teach or test a skill that matters."""
    minutes: float | None = None
    """Of study that the student has; `None`: nobody knows."""

    @property
    def skills(self) -> tuple[str, ...]:
        """The objective and all it builds on, each after what it needs."""
        return tuple(self.prerequisites)

    @classmethod
    def of(
        cls,
        objective: str | Iterable[str],
        prerequisites: Prerequisites,
        items: pd.DataFrame | Iterable[Mapping[str, Any]],
        minutes: float | None = None,
    ) -> "Lesson":
        """The lesson that a classroom's tables describe.

        Args:
            objective: a skill, or several.
            prerequisites: the graph; edges named twice count once.
            items: one row each, with `content_id` and `skill_ids` (a list, the primary one
                first; or one id); where known `type` (`assessment` or a study type),
                `duration_s`, and `difficulty` (logits) or else `author_difficulty` (1 to 5).
            minutes: of study that the student has, where known.

        Raises:
            DataError: the objective names no skill, or one that neither has items nor builds
                on a skill that has; the graph has a cycle; an item's id is missing or twice.
        """
        wanted = (objective,) if isinstance(objective, str) else tuple(objective)
        if not wanted:
            raise DataError(
                "the objective names no skill.", remedy="Name what the student is to master."
            )
        edges = _edges(prerequisites)
        offered = [_item(row) for row in _records(items)]
        known = {*wanted, *edges.to_numpy().ravel(), *(s for i in offered for s in i.skill_ids)}
        graph = prerequisite_graph(edges, known)
        matters = set(wanted).union(*(nx.ancestors(graph, skill) for skill in wanted))
        order = [skill for skill in topological_order(edges, known) if skill in matters]
        useful = tuple(item for item in offered if item.skill_ids[0] in matters)
        _check(wanted, useful, graph)
        needs = {skill: tuple(sorted(graph.predecessors(skill))) for skill in order}
        return cls(tuple(dict.fromkeys(wanted)), needs, useful, minutes)


class Outcome(Protocol):
    """What came of an item. A classroom's own observation will do; `None` is not known."""

    @property
    def content_id(self) -> str | None:
        """The item that was done."""

    @property
    def correct(self) -> bool | None:
        """The answer; `None` where nothing was asked."""

    @property
    def duration_s(self) -> float | None:
        """Seconds that it took."""

    @property
    def occurred_at(self) -> datetime | None:
        """When it was finished: what is forgotten between two days shows in this."""


class TeachingPolicy(Protocol):
    """Chooses the next item for one student at a time."""

    def begin(self, lesson: Lesson, seed: int = 0) -> None:
        """A new student sits down; `seed` decides whatever the policy draws."""

    def choose(self) -> str:
        """The `content_id` of one of the lesson's items."""

    def observe(self, outcome: Outcome) -> None:
        """Takes in what came of the item that was chosen."""


class Observed(Outcome, Protocol):
    """What a classroom says after a step."""

    @property
    def done(self) -> bool:
        """Whether the lesson is over."""


class TeachingRoom(Protocol):
    """What `teach` needs of a classroom."""

    @property
    def objective(self) -> str | tuple[str, ...]:
        """The skill, or the skills, that the student is to master."""

    @property
    def prerequisites(self) -> Prerequisites:
        """The graph."""

    @property
    def items(self) -> pd.DataFrame:
        """What can be chosen for the student who sits there."""

    def reset(self, seed: int) -> Observed:
        """Seats a student."""

    def step(self, content_id: str) -> Observed:
        """Lets the student work on an item."""


def teach(
    policy: TeachingPolicy, room: TeachingRoom, seed: int, minutes: float | None = None
) -> int:
    """Lets a policy teach one student to the end of the lesson; gives the items done.

    Args:
        policy: whoever chooses.
        room: a classroom.
        seed: of the student, and of what the policy draws.
        minutes: of study that the student has, told to the policy; `None`: not told.
    """
    seen, steps = room.reset(seed), 0
    policy.begin(Lesson.of(room.objective, room.prerequisites, room.items, minutes), seed)
    while not seen.done:
        seen = room.step(policy.choose())
        policy.observe(seen)
        steps += 1
    return steps


def _edges(prerequisites: Prerequisites) -> pd.DataFrame:
    columns = ["skill_id", "requires_skill_id"]
    if isinstance(prerequisites, pd.DataFrame):
        return prerequisites[columns].drop_duplicates()
    pairs = [(skill, need) for skill, needs in prerequisites.items() for need in needs]
    return pd.DataFrame(pairs, columns=columns, dtype="object").drop_duplicates()


def _records(items: pd.DataFrame | Iterable[Mapping[str, Any]]) -> list[dict[Any, Any]]:
    table = items if isinstance(items, pd.DataFrame) else pd.DataFrame(list(items))
    for column in ("content_id", "skill_ids"):
        if column not in table:
            raise DataError("there is no such column.", file="items", column=column)
    twice = table["content_id"].duplicated()
    if twice.any():
        raise DataError(
            f"'{table['content_id'][twice].iloc[0]}' is named twice.",
            file="items",
            column="content_id",
        )
    return table.to_dict("records")


def _item(row: Mapping[Any, Any]) -> LessonItem:
    def number(name: str) -> float | None:
        value = row.get(name)
        return None if value is None or pd.isna(value) else float(value)

    skills = row["skill_ids"]
    seconds, authored = number("duration_s"), number("author_difficulty")
    difficulty = number("difficulty")
    if difficulty is None and authored is not None:
        difficulty = LOGITS_PER_LEVEL * (authored - 3)
    return LessonItem(
        content_id=row["content_id"],
        skill_ids=(skills,) if isinstance(skills, str) else tuple(skills),
        question=row.get("type", ContentType.ASSESSMENT) == ContentType.ASSESSMENT,
        minutes=None if seconds is None else seconds / 60,
        difficulty=difficulty,
    )


LOGITS_PER_LEVEL = 0.5
"""What one level of an author's guess says on average about the difficulty of a question:
authors are right about the order and often a level off, so less than the levels' spread."""


def _check(
    wanted: tuple[str, ...], useful: tuple[LessonItem, ...], graph: "nx.DiGraph[str]"
) -> None:
    taught = {item.skill_ids[0] for item in useful}
    for skill in wanted:
        if not taught & {skill, *nx.ancestors(graph, skill)}:
            raise DataError(
                f"no item teaches the objective '{skill}' or anything that it builds on.",
                file="items",
                column="skill_ids",
            )
