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
from learnloop.governance.versions import digest_of_model, hash_parameters, hash_tables
from learnloop.splits import Split
from learnloop.tuning.compare import compare, score
from learnloop.tuning.parameters_file import read_section, write_values
from learnloop.tuning.space import Space, Values, changed, fixed_part, require_sound, values_of
from learnloop.tuning.study import State, Study
from learnloop.tuning.workers import Workers
from pipelines.release.rooms import BY_NAME as RELEASED
from pipelines.stamp import BY_NAME as STAGES
from pipelines.tuning.judging import LEARNED, Judge, Room, Tables, of_splits
from pipelines.tuning.progress import Progress
from pipelines.tuning.settings import TuningParameters

log = logging.getLogger(__name__)
SEARCH, CONFIRM = "tuning", "tuning-confirmation"
"""Purposes of folds: what was chosen on some groups of students is confirmed on others."""


def search(
    room: Room,
    settings: BaseModel,
    tuning: TuningParameters,
    code_state: Mapping[str, Any],
    *tables: Any,
) -> dict[str, Any]:
    """Goes on with the study of these data, this code and this space, or begins it.

    Students of the splits train and validation alone are looked at.

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
    held = of_splits(_by_name(room, tables), *LEARNED)
    name = f"{room.name}-{_fingerprint(room, held, settings, space, tuning, code_state)}"
    study = Study(
        tuning.studies / f"{room.name}.db",
        name,
        space,
        settings,
        folds=tuning.folds,
        seed=tuning.seed,
        p_value=tuning.p_value,
    )
    judge = Judge(room.name, held, tuning.folds, SEARCH)
    with Progress(f"tune_{room.name}", room.headline, study, tuning.trials) as progress:
        if study.ended() < tuning.trials:
            with Workers(judge, tuning.workers) as workers:

                def scores(values: Values) -> Iterator[float]:
                    asked = changed(settings, values)
                    questions = [(asked, fold) for fold in range(tuning.folds)]
                    for fold, table in enumerate(workers.answers(questions)):
                        yield _score(room, table, fold)

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

    On validation over other folds than those of the search, and once on test students,
    by fits to all students of the splits train and validation.

    Args:
        room: the model's.
        settings: the present parameters.
        tuning: how the search was made.
        code_state: says which code runs.
        found: from `search`.
        tables: what the model's fit reads, in the order of `room.tables`.
    """
    space = _space(room, settings, tuning)
    held = of_splits(_by_name(room, tables), *LEARNED, Split.TEST)
    other = changed(settings, found["best"])
    asked = [settings] if other == settings else [settings, other]
    parts = [*range(tuning.folds), None]
    judge = Judge(room.name, held, tuning.folds, CONFIRM)
    with Workers(judge, tuning.workers) as workers:
        judged = list(workers.answers([(each, part) for each in asked for part in parts]))
    before, after = judged[: len(parts)], judged[-len(parts) :]
    statistic = RELEASED[room.name].statistic
    validation = compare(before[:-1], after[:-1], statistic, tuning.draws)
    test = compare(before[-1:], after[-1:], statistic, tuning.draws)
    previous = values_of(settings, space)
    states = [trial["state"] for trial in found["trials"]]
    gain = validation["gain"]
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
        "validation": validation,
        "test": test,
        "trials": {state.value: states.count(state) for state in State},
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


def _fingerprint(
    room: Room,
    held: Tables,
    settings: BaseModel,
    space: Space,
    tuning: TuningParameters,
    code_state: Mapping[str, Any],
) -> str:
    """A hash of all that the score of some values follows from."""
    stage = STAGES[room.name]
    tables = {
        name: hash_tables([table])
        if isinstance(table, pd.DataFrame)
        else digest_of_model(table)
        for name, table in held.items()
    }
    return hash_parameters(
        {
            "tables": tables,
            "code": [code_state["code"][name] for name in (room.name, *stage.after)],
            "fixed": fixed_part(settings, space),
            "space": {path: each.model_dump(mode="json") for path, each in space.items()},
            "folds": tuning.folds,
        }
    )


def _score(room: Room, table: pd.DataFrame, fold: int) -> float:
    found = score(table, RELEASED[room.name].statistic)
    if np.isnan(found):
        raise DataError(
            f"the {table['student_id'].nunique()} students of fold {fold + 1} cannot be "
            f"judged by {room.headline}: their outcomes are all alike.",
            remedy="Give more students, or lower tuning.folds.",
        )
    return found
