"""Puts a candidate and the champion through the very node that scored the candidate."""

import time
from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any, get_type_hints

import pandas as pd
from kedro.pipeline.node import Node

from learnloop.errors import ModelError
from learnloop.model import Model
from pipelines.release.datasets import Champion
from pipelines.release.rooms import Room
from pipelines.release.settings import ReleaseParameters

_NOT_NEEDED = ("audit", "reference")


class _Listening:
    """A model that remembers the examples it was asked about."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self.asked = pd.DataFrame()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def predict(self, examples: pd.DataFrame) -> Any:
        self.asked = examples
        return self._model.predict(examples)

    def candidates(self, examples: pd.DataFrame) -> Any:
        """The recommender's own way of being asked."""
        self.asked = examples
        return self._model.candidates(examples)


def examining(room: Room, scoring: Node) -> Node:
    """A node that times the candidate and scores the champion on the same test rows.

    Args:
        room: the model's.
        scoring: the node that made the score table; it is asked again with the champion
            in the place of the candidate, and without the audit cohort.

    Returns:
        A node with outputs ``<room>_champion_scores`` (empty when there is no champion
        to compare with) and ``<room>_examination``: ``seconds`` per call of the
        candidate, and ``champion_problem``, why the champion could not be scored.
    """
    others = [name for name in scoring.inputs if name != f"{room.name}_model"]
    place = scoring.inputs.index(f"{room.name}_model")
    output = scoring.outputs.index(room.scores)

    def score(model: Any, tables: tuple[Any, ...]) -> pd.DataFrame:
        given = [*tables[:place], model, *tables[place:]]
        made = scoring.func(*given)
        scores: pd.DataFrame = made[output] if len(scoring.outputs) > 1 else made
        return scores[scores["split"] == "test"].reset_index(drop=True)

    def examine(
        plan: dict[str, Any],
        champion: Champion,
        model: Model,
        release: ReleaseParameters,
        *tables: Any,
    ) -> tuple[pd.DataFrame, dict[str, Any]]:
        if plan["rule"] == "settled":
            _require_readable(plan, champion)
            return pd.DataFrame(), {"seconds": [], "champion_problem": None}
        kept = tuple(_without_audit(table) for table in tables)
        listening = _Listening(model)
        score(listening, kept)
        seconds = _time_answers(model, listening.asked, release.timed_students)
        scores, problem = pd.DataFrame(), champion.problem
        if champion.model is not None:
            try:
                scores = score(champion.model, kept)
            except Exception as error:  # another contract may fail in any way
                problem = f"{type(error).__name__}: {error}"
        return scores, {"seconds": seconds, "champion_problem": problem}

    return Node(
        _spelled_out(examine, scoring.func, place),
        [
            f"{room.name}_plan",
            f"{room.name}_champion",
            f"{room.name}_model",
            "params:release",
            *others,
        ],
        [f"{room.name}_champion_scores", f"{room.name}_examination"],
        name=f"examine_{room.name}",
    )


def _require_readable(plan: dict[str, Any], champion: Champion) -> None:
    """A champion that no service could load must not read as one that passed."""
    if champion.model is None:
        raise ModelError(
            f"{plan['name']} {plan['champion']} is champion, but the files of it cannot be "
            f"read ({champion.problem}). Put the folder back where it was (a registry cannot "
            "be moved), or move the whole of mlflow/ away to begin a new registry."
        )


def _spelled_out(
    examine: Callable[..., Any], scored_by: Callable[..., Any], place: int
) -> Callable[..., Any]:
    """Names and annotates the tables, for Kedro reads from it what parameters must be."""
    hints = get_type_hints(scored_by)
    names = [name for i, name in enumerate(signature(scored_by).parameters) if i != place]
    tables = {f"scoring_{name}": hints.get(name, Any) for name in names}
    own = signature(examine)
    fixed = [p for p in own.parameters.values() if p.kind is not Parameter.VAR_POSITIONAL]
    named = [
        Parameter(name, Parameter.POSITIONAL_OR_KEYWORD, annotation=hint)
        for name, hint in tables.items()
    ]
    examine.__annotations__ = {**get_type_hints(examine), **tables}
    examine.__signature__ = own.replace(parameters=[*fixed, *named])  # type: ignore[attr-defined]
    return examine


def _without_audit(table: Any) -> Any:
    if isinstance(table, pd.DataFrame) and "split" in table.columns:
        return table[~table["split"].isin(_NOT_NEEDED)].reset_index(drop=True)
    return table


def _time_answers(
    model: Model,
    examples: pd.DataFrame,
    students: int,
    clock: Callable[[], float] = time.perf_counter,
) -> list[float]:
    """Seconds of one call of `predict` per student, with all of the student's examples."""
    if examples.empty:
        return []
    grouped = [rows for _, rows in examples.groupby("student_id", sort=True)][:students]
    model.predict(grouped[0])
    seconds = []
    for rows in grouped:
        begun = clock()
        model.predict(rows)
        seconds.append(clock() - begun)
    return seconds
