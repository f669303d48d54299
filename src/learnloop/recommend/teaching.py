"""The protocol between whoever chooses the next item and any classroom to try it in.

A classroom hands a `Lesson` to a policy, then asks it for an item and tells it what came of
it, again and again. `teach` plays one student; docs/teaching-policy.md shows a classroom of
one's own.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias

import networkx as nx
import pandas as pd

from learnloop.content.graph import prerequisite_graph, topological_order
from learnloop.errors import DataError
from learnloop.recommend.teaching_items import LessonItem, finite, ids_of, items_of

Prerequisites: TypeAlias = (
    "Mapping[Any, Collection[Any]] | pd.DataFrame | nx.DiGraph[Any]"
    " | Iterable[tuple[Any, Any]] | None"
)
"""What each skill needs: a mapping; a table with `skill_id` and `requires_skill_id`; pairs
(skill, what it requires); a graph whose edges lead from what is required to the skill that
requires it; `None`: nothing is known to need anything."""


ROUNDING = 1e-6
"""Minutes: a room that adds up the same durations is always the first to say `done`."""


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
    repeats: bool = True
    """Whether an item may be done more than once."""

    @property
    def skills(self) -> tuple[str, ...]:
        """The objective and all it builds on, each after what it needs."""
        return tuple(self.prerequisites)

    @classmethod
    def of(
        cls,
        objective: str | int | Iterable[str | int],
        prerequisites: Prerequisites,
        items: pd.DataFrame | Iterable[Mapping[str, Any]],
        minutes: float | None = None,
        *,
        repeats: bool = True,
    ) -> "Lesson":
        """The lesson that a classroom's tables describe.

        Args:
            objective: a skill, or several.
            prerequisites: the graph; edges named twice count once.
            items: one row each, with `content_id` and `skill_ids` (a list, the primary one
                first); where known `type` (`assessment`, which a missing one counts as, or a
                study type), `duration_s`, and `difficulty` (logits) or else
                `author_difficulty` (1 to 5). A number that is not finite is not known.
            minutes: of study that the student has, where known.
            repeats: whether an item may be done more than once; the rules of thumb assume it.

        Ids may be numbers, and `1` is the same as `"1"`.

        Raises:
            DataError: the objective names no skill, or one that neither has items nor builds
                on a skill that has; the graph has a cycle; a column or an id is missing; an
                item is named twice, or has no list of skills, an unknown type, text where a
                number belongs, or an `author_difficulty` outside 1 to 5; there is no item;
                `minutes` is no number.
        """
        time = finite(minutes, "minutes")
        several = [objective] if isinstance(objective, str | int) else objective
        wanted = ids_of(several, "objective")
        if not wanted:
            raise DataError(
                "the objective names no skill.", remedy="Name what the student is to master."
            )
        edges = _edges(prerequisites)
        offered = items_of(items)
        known = {*wanted, *edges.to_numpy().ravel(), *(s for i in offered for s in i.skill_ids)}
        graph = prerequisite_graph(edges, known)
        matters = set(wanted).union(*(nx.ancestors(graph, skill) for skill in wanted))
        order = [skill for skill in topological_order(edges, known) if skill in matters]
        useful = tuple(item for item in offered if item.skill_ids[0] in matters)
        _check(wanted, useful, graph)
        needs = {skill: tuple(sorted(graph.predecessors(skill))) for skill in order}
        return cls(tuple(dict.fromkeys(wanted)), needs, useful, time, repeats)


class Outcome(Protocol):
    """What came of an item. A classroom's own observation will do; `None` is not known."""

    @property
    def content_id(self) -> Any:
        """The item that was done: the id that was chosen, or the same as text."""

    @property
    def correct(self) -> bool | None:
        """The answer; `None` where nothing was asked."""

    @property
    def duration_s(self) -> float | None:
        """Seconds that it took."""

    @property
    def progress(self) -> float | None:
        """Share of a study item that was done, in [0, 1]; not known: all of it.

        What is outside is clipped; a classroom that never knows may leave it out.
        """

    @property
    def occurred_at(self) -> datetime | None:
        """When it was finished: what is forgotten between two days shows in this."""


class TeachingPolicy(Protocol):
    """Chooses the next item for one student at a time."""

    def begin(self, lesson: Lesson, seed: int = 0) -> None:
        """A new student sits down; `seed` decides whatever the policy draws."""

    def choose(self) -> str | int:
        """The `content_id` of one of the lesson's items, as the classroom gave it."""

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

    def step(self, content_id: Any) -> Observed:
        """Lets the student work on an item."""


def teach(
    policy: TeachingPolicy, room: TeachingRoom, seed: int, minutes: float | None = None
) -> int:
    """Lets a policy teach one student to the end of the lesson; gives the items done.

    The lesson ends when the room says `done`, or once the outcomes' durations add up to more
    than `minutes`. In a room that never says `done`, without `minutes` or without durations,
    it goes on for ever.

    Args:
        policy: whoever chooses.
        room: a classroom.
        seed: of the student, and of what the policy draws.
        minutes: of study that the student has, told to the policy; `None`: not told.

    Raises:
        DataError: as `Lesson.of`; a duration is no number.
    """
    seen, steps, spent = room.reset(seed), 0, 0.0
    lesson = Lesson.of(room.objective, room.prerequisites, room.items, minutes)
    policy.begin(lesson, seed)
    most = math.inf if lesson.minutes is None else lesson.minutes + ROUNDING
    while not seen.done and spent <= most:
        seen = room.step(policy.choose())
        policy.observe(seen)
        spent += max(finite(getattr(seen, "duration_s", None), "duration_s") or 0.0, 0.0) / 60
        steps += 1
    return steps


def _edges(prerequisites: Prerequisites) -> pd.DataFrame:
    columns = ["skill_id", "requires_skill_id"]
    if isinstance(prerequisites, pd.DataFrame):
        for column in columns:
            if column not in prerequisites:
                raise DataError("there is no such column.", file="prerequisites", column=column)
            lost = prerequisites[column].isna().to_numpy()
            if lost.any():
                rows = (lost.nonzero()[0] + 1).tolist()
                raise DataError(
                    "no skill is named.", file="prerequisites", column=column, rows=rows
                )
        return prerequisites[columns].astype(str).drop_duplicates()
    return pd.DataFrame(
        _pairs(prerequisites), columns=columns, dtype="object"
    ).drop_duplicates()


def _pairs(prerequisites: Any) -> list[tuple[str, str]]:
    """(skill, what it requires), as text."""
    if prerequisites is None:
        return []
    if isinstance(prerequisites, nx.DiGraph):
        return [(str(skill), str(need)) for need, skill in prerequisites.edges]
    if isinstance(prerequisites, Mapping):
        return [
            (str(skill), str(need))
            for skill, needs in prerequisites.items()
            for need in ids_of(needs, "prerequisites", [str(skill)])
        ]
    pairs = [
        ids_of(pair, "prerequisites", [place])
        for place, pair in enumerate(prerequisites, start=1)
    ]
    for place, pair in enumerate(pairs, start=1):
        if len(pair) != 2:
            raise DataError(
                f"{list(pair)} is no pair of a skill and one that it requires.",
                file="prerequisites",
                rows=[place],
            )
    return [(skill, need) for skill, need in pairs]


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
