"""How often the drift limits call two terms drifted that are not.

Each seed is a campus of its own: a course, learners whom the models learn from, and two terms
of other students without drift between them. Models, columns, limits and verdict are the
project's, with its configuration. Prints one JSON object: per model how many terms were called
drifted, and the exact (Clopper & Pearson 1934) one-sided 95 % upper bound of the share.

    python benchmarks/drift_limits.py --seeds 20            # half a minute each
    python benchmarks/drift_limits.py --drift harder        # share found when drift is planted
"""

import argparse
import json
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
from kedro.config import OmegaConfigLoader
from scipy.stats import binomtest

from learnloop.datasets.learning_records import attempts_of, snapshots_of, splits_of
from learnloop.difficulty import DifficultySettings
from learnloop.features.batch import student_hourly
from learnloop.features.replay import student_realtime
from learnloop.governance.drift import DriftSettings, measure_drift
from learnloop.governance.drift_columns import student_columns
from learnloop.governance.drift_predictions import predict_terms
from learnloop.intervene import InterventionTrigger, count_weeks, join_examples, label_struggle
from learnloop.mastery import MasterySettings
from learnloop.mastery.moments import masteries_at
from learnloop.simulation import Campus, CampusSettings, Drift
from pipelines.difficulty.nodes import fit_difficulty
from pipelines.intervention.nodes import InterventionParameters
from pipelines.mastery.nodes import fit_mastery
from pipelines.resolvers import RESOLVERS

CONF = Path(__file__).parents[1] / "conf"
KEYS = ["student_id", "as_of"]


def read_settings() -> dict[str, Any]:
    """The parameters of `conf/base`."""
    # Kedro registers its resolvers by a name that OmegaConf has deprecated since.
    warnings.filterwarnings("ignore", message="register_new_resolver", category=UserWarning)
    loader = OmegaConfigLoader(
        str(CONF), base_env="base", default_run_env="base", custom_resolvers=RESOLVERS
    )
    return dict(loader["parameters"])


def plain(events: pa.Table) -> pa.Table:
    """The events without dictionary encoding."""
    fields = [
        (field.name, getattr(field.type, "value_type", field.type))
        if pa.types.is_dictionary(field.type)
        else (field.name, field.type)
        for field in events.schema
    ]
    return events.cast(pa.schema(fields))


def join_as_of(snapshots: pd.DataFrame, tables: list[pd.DataFrame]) -> pd.DataFrame:
    """The last values of each table at each snapshot."""
    found = snapshots.sort_values(["as_of", "student_id"])
    for table in tables:
        right = table.sort_values(["event_timestamp", "student_id"])
        found = pd.merge_asof(
            found, right, left_on="as_of", right_on="event_timestamp", by="student_id"
        ).drop(columns="event_timestamp")
    return found.sort_values(KEYS, ignore_index=True)


def drift_of(campus: Campus, settings: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The drift report of a campus: fits the models, compares the terms."""
    drift = DriftSettings.model_validate(settings["drift"])
    intervention = InterventionParameters.model_validate(settings["intervention"])
    events = ibis.memtable(pa.concat_tables(plain(block.events) for block in campus.blocks()))
    students, course = campus.roster.students, campus.curriculum
    splits = splits_of(students)
    attempts = attempts_of(events, splits)
    snapshots = snapshots_of(events, students, splits)
    difficulty, items = fit_difficulty(
        attempts, course.items, DifficultySettings.model_validate(settings["difficulty"])
    )
    mastery = fit_mastery(
        attempts,
        course.items,
        course.skills,
        items,
        difficulty,
        MasterySettings.model_validate(settings["mastery"]),
    )
    moments = snapshots[snapshots["week"] <= drift.week].reset_index(drop=True)
    beliefs = moments[KEYS].rename(columns={"as_of": "event_timestamp"})
    # Training students too by the one model: only the trigger's fit sees them, and both
    # terms are asked of the same trigger.
    masteries = list(masteries_at(mastery, attempts, moments).astype(float))
    tables = [
        student_hourly(events, students, course.items, course.prerequisites, moments),
        student_realtime(events, moments),
        beliefs.assign(student_mastery_scores=masteries),
    ]
    features = join_as_of(moments, tables)
    activity = count_weeks(events, snapshots)
    labels = label_struggle(activity, intervention.struggle)
    taught = features[features["split"].isin(["train", "validation"])]
    trigger = InterventionTrigger(intervention.trigger).fit(
        join_examples(taught, activity).merge(labels, on=KEYS)
    )
    predicted = predict_terms(difficulty, trigger, attempts, features, activity, drift.week)
    compared = student_columns(snapshots, [*tables, predicted], attempts, drift.week)
    return measure_drift(compared, drift)[0]


def summary(reports: list[dict[str, dict[str, Any]]]) -> dict[str, Any]:
    """Per model the alarms with their bound, and how often each column was over its limit."""
    found = {}
    for model in reports[0]:
        verdicts = [report[model] for report in reports]
        alarms = sum(verdict["verdict"] == "fail" for verdict in verdicts)
        sure = binomtest(alarms, len(verdicts), alternative="less").proportion_ci(0.95)
        over = Counter(
            column["name"]
            for verdict in verdicts
            for column in verdict["columns"]
            if column["drifted"]
        )
        nearest: dict[str, float] = {}
        for verdict in verdicts:
            for column in verdict["columns"]:
                ratio = column["score"] / column["limit"]
                nearest[column["name"]] = max(ratio, nearest.get(column["name"], 0.0))
        furthest = sorted(nearest.items(), key=lambda pair: -pair[1])[:5]
        found[model] = {
            "terms": len(verdicts),
            "called_drifted": alarms,
            "share": alarms / len(verdicts),
            "upper_95": round(sure.high, 3),
            "columns_over": dict(over),
            "furthest_distance_over_limit": {name: round(ratio, 2) for name, ratio in furthest},
        }
    return found


def main() -> None:
    """Prints the summary over the seeds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=20, help="how many campuses")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--students", type=int, default=1_000, help="in each term")
    parser.add_argument("--reference", type=int, default=1_000, help="in the earlier term")
    parser.add_argument("--drift", default="none", help="none, devices, harder or slower")
    parser.add_argument("--strength", type=float, default=1.0, help="of planted drift")
    options = parser.parse_args()
    settings = read_settings()
    weeks = settings["drift"]["week"] + settings["intervention"]["struggle"]["horizon_weeks"]
    planted = Drift(
        kind=options.drift, strength=0.0 if options.drift == "none" else options.strength
    )
    reports = [
        drift_of(
            Campus(
                CampusSettings(
                    audit_students=options.students,
                    reference_students=options.reference,
                    weeks=weeks,
                    seed=seed,
                    drift=planted,
                )
            ),
            settings,
        )
        for seed in range(options.first, options.first + options.seeds)
    ]
    size = {"students": options.students, "reference": options.reference}
    print(json.dumps({"seeds": options.seeds, **size, "models": summary(reports)}, indent=2))


if __name__ == "__main__":
    main()
