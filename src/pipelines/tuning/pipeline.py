"""The tuning pipelines: search, judge what was found, draw the study, write it down."""

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any

from kedro.pipeline import Node, Pipeline

from pipelines.tuning import nodes
from pipelines.tuning.judging import ROOMS, Room


def create_pipelines() -> dict[str, Pipeline]:
    """``tune_difficulty`` and so on, one a model; none of them is part of a plain run."""
    return {f"tune_{room.name}": _pipeline(room) for room in ROOMS}


def _pipeline(room: Room) -> Pipeline:
    name = room.name
    parameters = [f"params:{name}", "params:tuning"]
    return Pipeline(
        [
            Node(
                _bound(nodes.search, room),
                [*parameters, "code_state", *room.tables],
                f"{name}_trials",
                name=f"search_{name}",
            ),
            Node(
                _bound(nodes.judge_best, room),
                [*parameters, "code_state", f"{name}_trials", *room.tables],
                f"{name}_tuning",
                name=f"judge_best_{name}",
            ),
            Node(
                nodes.draw,
                [f"{name}_tuning", f"{name}_trials"],
                f"{name}_tuning_page",
                name=f"draw_{name}_study",
            ),
            Node(
                _bound(nodes.write, room),
                [*parameters, f"{name}_tuning"],
                None,
                name=f"write_{name}_parameters",
            ),
        ],
        tags="tuning",
    )


def _bound(function: Callable[..., Any], room: Room) -> Any:
    """`function` for one model, with the model's own settings in its annotations."""
    bound: Any = update_wrapper(partial(function, room), function)
    del bound.__wrapped__
    bound.__annotations__ = {**function.__annotations__, "settings": room.settings}
    return bound
