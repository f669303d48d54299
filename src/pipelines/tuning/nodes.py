"""Nodes of the tuning pipelines; each is bound to one model."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import BaseModel

from learnloop.errors import DataError, LearnloopError
from learnloop.governance.pages_tuning import tuning_page
from learnloop.governance.versions import (
    digest_of_model,
    hash_code,
    hash_parameters,
    hash_tables,
)
from learnloop.splits import Split
from learnloop.tuning.compare import compare, score
from learnloop.tuning.parameters_file import read_section, write_values
from learnloop.tuning.space import Space, Values, changed, fixed_part, require_sound, values_of
from learnloop.tuning.study import State, Study
from learnloop.tuning.workers import Workers
from pipelines.release.rooms import BY_NAME as RELEASED
from pipelines.stamp import BY_NAME as STAGES
from pipelines.tuning.judging import Judge, Room, Tables, of_splits
from pipelines.tuning.progress import Progress
from pipelines.tuning.settings import TuningParameters

log = logging.getLogger(__name__)
JUDGES = (
    "learnloop.evaluation",
    "learnloop.model",
    "learnloop.splits",
    "learnloop.tuning",
    "pipelines.release.rooms",
    "pipelines.tuning.judging",
)
"""The code that a score follows from, beside that of the model."""


def search(
    room: Room,
    settings: BaseModel,
    tuning: TuningParameters,
    code_state: Mapping[str, Any],
    *tables: Any,
) -> dict[str, Any]:
    """Goes on with the study of these data, this code and this space, or begins it.

    Students of the split train alone are looked at.

    Args:
        room: the model's.
        settings: the present parameters.
        tuning: how to search.
        code_state: says which code runs.
        tables: what the model's fit reads, in the order of `room.tables`.

    Returns:
        JSON: ``study``, all its ``trials``, the ``best`` values found and ``importance``.

    Raises:
        LearnloopError: the space does not fit the parameters, these are not the ones
            that the configuration holds, or the search was interrupted.
    """
    space = _space(room, settings, tuning)
    _file_to_write(room, settings, tuning)
    _warn_of_changes(code_state)
    held = of_splits(_by_name(room, tables), Split.TRAIN)
    name = study_name(room, held, settings, space, tuning, code_state)
    study = Study(
        tuning.studies / f"{room.name}.db",
        name,
        space,
        settings,
        folds=tuning.folds,
        seed=tuning.seed,
        p_value=tuning.p_value,
    )
    judge = Judge(room.name, held, tuning.folds)
    with Progress(f"tune_{room.name}", room.headline, study, tuning.trials) as progress:
        if study.ended() < tuning.trials:
            with Workers(judge, tuning.workers) as workers:

                def scores(values: Values) -> Iterator[float]:
                    asked = changed(settings, values)
                    questions = [(asked, fold) for fold in range(tuning.folds)]
                    for fold, table in enumerate(workers.answers(questions)):
                        found = score(table, RELEASED[room.name].statistic)
                        _require_judged(room, found, f"students of fold {fold + 1}")
                        yield found

                study.run(tuning.trials, scores, progress.tell)
    best, judged = study.best(), study.scores()
    return {
        "study": name,
        "trials": [
            {**asdict(trial), "score": judged.get(trial.number)} for trial in study.trials
        ],
        "best": best.tried if best else values_of(settings, space),
        "importance": study.importances(),
    }


def judge_best(
    room: Room,
    settings: BaseModel,
    tuning: TuningParameters,
    code_state: Mapping[str, Any],
    found: Mapping[str, Any],
    *tables: Any,
) -> dict[str, Any]:
    """The study's summary: what the best values gain over the present ones.

    Validation students, whom the search has not seen, decide, by fits to training students
    alone. Test students are then judged once, by fits as the model's pipeline makes them.

    Args:
        room: the model's.
        settings: the present parameters.
        tuning: how the search was made.
        code_state: says which code runs.
        found: from `search`.
        tables: what the model's fit reads, in the order of `room.tables`.
    """
    space = _space(room, settings, tuning)
    other = changed(settings, found["best"])
    asked = [settings] if other == settings else [settings, other]
    parts = (Split.VALIDATION, Split.TEST)
    judge = Judge(room.name, _by_name(room, tables), tuning.folds)
    with Workers(judge, tuning.workers) as workers:
        judged = list(workers.answers([(each, part) for each in asked for part in parts]))
    compared = {}
    for part, before, after in zip(parts, judged[:2], judged[-2:], strict=True):
        judgement = compare(before, after, RELEASED[room.name].statistic, tuning.draws)
        _require_judged(room, judgement["gain"]["value"], f"{part} students")
        compared[part.value] = judgement
    previous = values_of(settings, space)
    states = [trial["state"] for trial in found["trials"]]
    gain = compared[Split.VALIDATION]["gain"]
    return {
        "model": RELEASED[room.name].registered,
        "headline": room.headline,
        "better": gain["low"] > 0 and gain["value"] >= tuning.least_gain,
        "least_gain": tuning.least_gain,
        "parameters": {
            path: {
                "previous": previous[path],
                "best": found["best"][path],
                "importance": found["importance"].get(path),
                "searched": space[path].model_dump(mode="json", exclude_defaults=True),
            }
            for path in space
        },
        **compared,
        "trials": {
            "planned": tuning.trials,
            **{state.value: states.count(state) for state in State},
        },
        "seconds": round(sum(trial["seconds"] for trial in found["trials"])),
        "folds": tuning.folds,
        "seed": tuning.seed,
        "study": found["study"],
        "git_sha": code_state["git_sha"],
    }


def draw(summary: Mapping[str, Any], found: Mapping[str, Any]) -> str:
    """The study as a page."""
    return tuning_page(summary, found["trials"])


def write(
    room: Room,
    settings: BaseModel,
    tuning: TuningParameters,
    summary: Mapping[str, Any],
) -> None:
    """Puts a clear gain into the configuration, and the summary beside it in any case."""
    file, base = _file_to_write(room, settings, tuning)
    beside = file.parent / "tuning" / f"{room.name}.json"
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.write_text(json.dumps(summary, indent=2) + "\n", encoding="utf-8")
    if not summary["better"]:
        log.info("No clear gain for %s: its parameters stay as they are", room.name)
        return
    best = {path: each["best"] for path, each in summary["parameters"].items()}
    write_values(file, room.name, best, f"Found by tuning: tuning/{room.name}.json", base)
    log.info("Wrote what was found for %s into %s", room.name, file)


def _file_to_write(
    room: Room, settings: BaseModel, tuning: TuningParameters
) -> tuple[Path, Path]:
    """The file of the model's parameters, and the one that it begins as where it is missing.

    Raises:
        LearnloopError: it says something else than `settings`, from which a study sets out.
    """
    name = f"parameters_{room.name}.yml"
    file, base = tuning.write_to / name, tuning.write_to.parent / "base" / name
    stands_in = file if file.exists() else base
    if room.settings.model_validate(read_section(stands_in, room.name)) != settings:
        raise LearnloopError(
            f"{stands_in} says something else of '{room.name}' than the parameters of this "
            "run, so that what is found could not be written there. Put them into the "
            "file, or give tuning.write_to another folder."
        )
    return file, base


def _space(room: Room, settings: BaseModel, tuning: TuningParameters) -> Space:
    if room.name not in tuning.space:
        raise LearnloopError(f"tuning.space says nothing of {room.name}: name what to search.")
    space = tuning.space[room.name]
    require_sound(space, settings, f"tuning.space.{room.name}")
    return space


def _by_name(room: Room, tables: Sequence[Any]) -> Tables:
    return dict(zip(room.tables, tables, strict=True))


def study_name(
    room: Room,
    held: Tables,
    settings: BaseModel,
    space: Space,
    tuning: TuningParameters,
    code_state: Mapping[str, Any],
) -> str:
    """The model's name and a hash of all that the score of some values follows from.

    Args:
        room: the model's.
        held: the tables of the students who are looked at.
        settings: the present parameters.
        space: what may change.
        tuning: says how many folds there are.
        code_state: hashes of the code of each stage.
    """
    tables = {
        name: hash_tables([table])
        if isinstance(table, pd.DataFrame)
        else digest_of_model(table)
        for name, table in held.items()
    }
    stages = (room.name, *STAGES[room.name].after)
    follows_from = {
        "tables": tables,
        "code": [*(code_state["code"][name] for name in stages), hash_code(JUDGES)],
        "fixed": fixed_part(settings, space),
        "space": {path: each.model_dump(mode="json") for path, each in space.items()},
        "folds": tuning.folds,
    }
    return f"{room.name}-{hash_parameters(follows_from)}"


def _warn_of_changes(code_state: Mapping[str, Any]) -> None:
    if code_state["git_sha"].endswith("+dirty"):
        log.warning(
            "Sources have changes that are not committed: the summary of this study will say "
            "+dirty, for nobody can get back to this code. Commit first where that matters."
        )


def _require_judged(room: Room, found: float, who: str) -> None:
    if np.isnan(found):
        raise DataError(
            f"the {who} cannot be judged by {room.headline}: their outcomes are all alike.",
            remedy="Give more students, or lower tuning.folds.",
        )
