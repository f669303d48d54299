"""A search space is held against the settings that it is about."""

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from learnloop.errors import LearnloopError
from learnloop.tuning.space import Dimension, changed, fixed_part, require_sound, values_of


class Inner(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    rate: float = Field(default=0.1, gt=0)
    grid: tuple[float, ...] = (0.1, 1.0)


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    inner: Inner = Inner()
    units: int = Field(default=8, ge=1)
    form: str = "wide"


SPACE = {
    "inner.rate": Dimension(low=0.01, high=1.0, log=True),
    "units": Dimension(low=2, high=16),
    "inner.grid": Dimension(choices=([0.1, 1.0], [0.5])),
}


def test_values_are_read_and_changed_by_path_and_the_rest_stays() -> None:
    settings = Settings()
    assert values_of(settings, SPACE) == {
        "inner.rate": 0.1,
        "units": 8,
        "inner.grid": [0.1, 1.0],
    }
    other = changed(settings, {"inner.rate": 0.5, "inner.grid": [0.5]})
    assert other == Settings(inner=Inner(rate=0.5, grid=(0.5,)))
    assert settings == Settings()
    assert fixed_part(settings, SPACE) == {"form": "wide"}


def test_a_space_that_fits_is_sound() -> None:
    require_sound(SPACE, Settings(), "space")


@pytest.mark.parametrize(
    ("path", "dimension", "told"),
    [
        ("inner.rat", Dimension(low=0.1, high=1.0), "space.inner.rat: there is no such"),
        ("inner.rate", Dimension(low=-1.0, high=1.0), "space.inner.rate: -1.0 is not allowed"),
        ("units", Dimension(low=1, high=9.5), "space.units: 9.5 is not allowed"),
        ("units", Dimension(low=9, high=16), "present value 8, which lies outside"),
        ("form", Dimension(choices=("narrow",)), "present value wide, which lies outside"),
        ("inner.grid", Dimension(choices=([0.1, 1.0], "all")), "all is not allowed"),
    ],
)
def test_an_unsound_space_names_the_parameter(
    path: str, dimension: Dimension, told: str
) -> None:
    with pytest.raises(LearnloopError, match=told):
        require_sound({path: dimension}, Settings(), "space")


@pytest.mark.parametrize(
    "given",
    [
        {"low": 1},
        {"low": 2, "high": 1},
        {"low": 0, "high": 1, "log": True},
        {"low": 0, "high": 1, "choices": [1]},
        {"low": 0, "high": 1, "step": 2},
        {},
    ],
)
def test_a_dimension_is_a_range_or_choices(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Dimension.model_validate(given)
