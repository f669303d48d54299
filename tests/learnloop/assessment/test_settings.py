"""Settings that contradict themselves are refused."""

import pytest
from pydantic import ValidationError

from learnloop.assessment.settings import Accommodations, AssessmentSettings


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"min_items": 9, "max_items": 8}, "min_items 9 is above max_items 8"),
        ({"cuts": (1.0, 0.0)}, "do not ascend"),
        ({"level_confidence": 0.9}, "level_confidence needs cuts"),
        ({"content": {"a": 0.5, "b": 0.4}}, "sum to 0.9"),
        ({"content": {"a": 1.0, "b": 0.0}}, "leave that skill out"),
        ({"max_exposre": 0.2}, "Extra inputs"),
    ],
)
def test_a_contradiction_is_named(settings: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        AssessmentSettings.model_validate(settings)


def test_an_accommodation_never_takes_time_away() -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        Accommodations(time_multiplier=0.5)
