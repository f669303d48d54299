"""What a study may change: a few settings of a model, each with a range or with choices.

Settings are pydantic models. A parameter is named by its path in them, ``gain.patience``
for instance, and its values are those of the settings as JSON: what a file can hold.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from learnloop.errors import LearnloopError

Values = dict[str, Any]
"""A value by path."""
S = TypeVar("S", bound=BaseModel)


class Dimension(BaseModel):
    """Either a range or choices."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: int | float | None = None
    high: int | float | None = None
    """Both ends belong to the range."""
    log: bool = False
    """Whether equal ratios are equally far apart, instead of equal differences."""
    choices: tuple[Any, ...] = ()

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if self.choices:
            if self.low is not None or self.high is not None or self.log:
                raise ValueError("give either choices, or low and high")
            return self
        if self.low is None or self.high is None:
            raise ValueError("give low and high, or choices")
        if not self.low < self.high:
            raise ValueError("low must be below high")
        if self.log and self.low <= 0:
            raise ValueError("low must be above 0 where log is true")
        return self

    @property
    def ends(self) -> tuple[Any, ...]:
        """Values of which each must be allowed if all are to be."""
        return self.choices or (self.low, self.high)

    def holds(self, value: Any) -> bool:
        """Whether `value` lies in the range or is one of the choices."""
        if self.choices:
            return value in self.choices
        if self.low is None or self.high is None or not isinstance(value, int | float):
            return False
        return self.low <= value <= self.high


Space = Mapping[str, Dimension]
"""Dimension by path."""


def values_of(settings: BaseModel, space: Space) -> Values:
    """What the parameters of `space` are in `settings`."""
    known = dict(_leaves(settings.model_dump(mode="json")))
    return {path: known[path] for path in space}


def fixed_part(settings: BaseModel, space: Space) -> Values:
    """All that `space` does not change."""
    known = _leaves(settings.model_dump(mode="json"))
    return {path: value for path, value in known if path not in space}


def changed(settings: S, values: Mapping[str, Any]) -> S:
    """`settings` with other values.

    Raises:
        ValidationError: the settings do not allow them.
    """
    content = settings.model_dump(mode="json")
    for path, value in values.items():
        put(content, path, value)
    return type(settings).model_validate(content)


def put(content: Any, path: str, value: Any) -> Any:
    """Sets a value in nested mappings and returns the mapping that it stands in."""
    *way, last = path.split(".")
    for step in way:
        content = content[step]
    content[last] = value
    return content


def require_sound(space: Space, settings: BaseModel, where: str) -> None:
    """Checks a space against the settings that it is about.

    Args:
        space: to check.
        settings: the present ones, from which a study sets out.
        where: the space's name in the configuration, for the message.

    Raises:
        LearnloopError: a parameter does not exist, does not allow an end of its range,
            or is now outside of it.
    """
    known = dict(_leaves(settings.model_dump(mode="json")))
    for path, dimension in space.items():
        name = f"{where}.{path}"
        if path not in known:
            there_are = ", ".join(known)
            raise LearnloopError(f"{name}: there is no such parameter; there are {there_are}.")
        for value in dimension.ends:
            try:
                changed(settings, {path: value})
            except ValidationError as refused:
                reason = refused.errors()[0]["msg"]
                raise LearnloopError(f"{name}: {value} is not allowed. {reason}.") from None
        if not dimension.holds(known[path]):
            raise LearnloopError(
                f"{name}: the study sets out from the present value {known[path]}, which "
                "lies outside. Widen the range, or add it to the choices."
            )


def _leaves(content: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in content.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value
