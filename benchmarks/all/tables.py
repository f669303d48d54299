"""The two tables: what is run, and which goal a figure is held to."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, TypeAdapter, model_validator
from ruamel.yaml import YAML

HERE = Path(__file__).parent
Verdict = Literal["met", "missed", "not measured", "reported"]
Json = Mapping[str, Any]
WORDS = {"at_least": "≥", "at_most": "≤", "above": ">", "below": "<"}


class Benchmark(BaseModel):
    """A command, and what of its JSON is drawn."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    about: str
    command: str
    """After ``python -m benchmarks``, without how often; may say ``$LEARNLOOP_DATA``."""
    full: str = ""
    quick: str = ""
    minutes: float
    """That the full run takes, about."""
    scores: dict[str, str] = {}
    """Names of scores that are drawn, and what they are called."""
    cpu: str = ""
    """Path of a method's CPU-seconds, ``{}`` for its name."""
    ours: str = "ours"
    """Our own name in that path."""

    def line(self, quick: bool) -> str:
        """The command's words after ``python -m benchmarks``."""
        return f"{self.command} {self.quick if quick else self.full}".strip()


class Goal(BaseModel):
    """What a figure is held to; without a limit it is reported alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    of: str
    """The benchmark."""
    figure: str
    """Path into its JSON, parts between slashes."""
    at_least: int | float | str | None = None
    at_most: int | float | str | None = None
    above: int | float | str | None = None
    below: int | float | str | None = None
    """A number, or a path to the peer's figure."""
    source: str = ""
    """Known figures, or who is beside."""

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if sum(getattr(self, name) is not None for name in WORDS) > 1:
            raise ValueError(f"{self.name!r} has more than one limit")
        return self

    @property
    def direction(self) -> str | None:
        """The limit's name of `WORDS`."""
        return next((name for name in WORDS if getattr(self, name) is not None), None)

    @property
    def said(self) -> int | float | str | None:
        """The limit as the table says it."""
        return getattr(self, self.direction) if self.direction else None


@dataclass(frozen=True)
class Judged:
    """A goal beside what was measured."""

    goal: Goal
    verdict: Verdict
    value: float | None = None
    low: float | None = None
    high: float | None = None
    limit: float | None = None

    @property
    def unsure(self) -> bool:
        """Whether the interval holds values on both sides of the limit."""
        if None in (self.low, self.high, self.limit) or self.goal.figure.endswith("/low"):
            return False
        return bool(self.low < self.limit < self.high)  # type: ignore[operator]


def read_benchmarks(file: Path = HERE / "commands.yml") -> dict[str, Benchmark]:
    """By name, in the order in which they run."""
    return TypeAdapter(dict[str, Benchmark]).validate_python(YAML(typ="safe").load(file))


def read_goals(file: Path = HERE / "goals.yml") -> dict[str, list[Goal]]:
    """By the part of the platform that they are of."""
    return TypeAdapter(dict[str, list[Goal]]).validate_python(YAML(typ="safe").load(file))


def find(result: Json | None, path: str) -> Any:
    """What stands at `path`; ``None`` where nothing does.

    Example:
        >>> find({"scores": {"auc": {"value": 0.8}}}, "scores/auc/value")
        0.8
    """
    found: Any = result
    for part in path.split("/"):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def figure(result: Json | None, path: str) -> float | None:
    """The number at `path`: itself, or the value of an estimate."""
    found = find(result, path)
    if isinstance(found, Mapping):
        found = found.get("value")
    return float(found) if isinstance(found, int | float) else None


def judge(goal: Goal, result: Json | None) -> Judged:
    """Holds the goal's figure to its limit; without a figure nothing is met.

    Args:
        goal: one line of the table.
        result: the JSON of its benchmark; ``None`` where there is none.
    """
    judged = figure(result, goal.figure)
    if judged is None:
        return Judged(goal, "not measured", limit=_limit(goal, None))
    at_end = goal.figure.rpartition("/")[2] in ("low", "high")
    whole = goal.figure.rpartition("/")[0] if at_end else goal.figure
    value, low, high = (
        figure(result, whole),
        figure(result, f"{whole}/low"),
        figure(result, f"{whole}/high"),
    )
    if goal.direction is None:
        return Judged(goal, "reported", value, low, high)
    limit = _limit(goal, result)
    if limit is None:
        return Judged(goal, "not measured", value, low, high)
    met = {
        "at_least": judged >= limit,
        "at_most": judged <= limit,
        "above": judged > limit,
        "below": judged < limit,
    }[goal.direction]
    return Judged(goal, "met" if met else "missed", value, low, high, limit)


def _limit(goal: Goal, result: Json | None) -> float | None:
    return figure(result, goal.said) if isinstance(goal.said, str) else goal.said
