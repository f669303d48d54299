"""A real Feast store in a temporary folder."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from learnloop.errors import DataError, PointInTimeError
from learnloop.features.definitions import VIEWS, Dtype, columns_of, columns_of_view, view_named
from learnloop.features.schema import RecommenderFeatures
from learnloop.features.store import FeatureStore

from .toy_log import at

ROOT = Path(__file__).parents[3]


def rows_of(view: str, keys: list[str], times: list[pd.Timestamp], number: int) -> pd.DataFrame:
    """Rows of a view in which every number is `number`, 1 lower where shares are due."""
    table = pd.DataFrame({view_named(view).entity: keys, "event_timestamp": times})
    for column in columns_of_view(view):
        if column.dtype is Dtype.FLOATS:
            table[column.name] = [np.array([0.25, number / 10])] * len(table)
        elif column.dtype is Dtype.STRING:
            table[column.name] = (column.categories or (f"v{number}",))[-1]
        else:
            value = number / 10 if column.high == 1 else number
            table[column.name] = value if column.dtype is Dtype.INT else float(value)
    return table


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FeatureStore:
    """Two weeks of `ann` and one of `bob`: numbers are 1 in the first week, 2 in the second."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "feature_repo", root / "feature_repo")
    (root / "data" / "04_feature").mkdir(parents=True)
    opened = FeatureStore(root / "feature_repo")
    for view in VIEWS:
        students = view.entity == "student_id"
        first = rows_of(view.name, ["ann", "bob"] if students else ["q1", "q2"], [at(7)] * 2, 1)
        second = rows_of(view.name, ["ann"] if students else ["q1"], [at(14)], 2)
        pd.concat([first, second]).to_parquet(opened.source(view.name), index=False)
    opened.apply()
    return opened


ASKED = pd.DataFrame(
    {
        "student_id": ["bob", "ann", "ann", "ann", "eve"],
        "as_of": [at(7), at(14), at(13.9), at(6.9), at(14)],
        "split": "train",
    }
)


def test_a_training_set_holds_what_was_known_at_each_time(store: FeatureStore) -> None:
    found = store.training_set(ASKED, "content_recommender")
    RecommenderFeatures.validate(found)
    assert found["student_id"].tolist() == ["ann", "ann", "ann", "bob", "eve"]
    assert found["as_of"].tolist() == [at(6.9), at(13.9), at(14), at(7), at(14)]
    # Nothing yet, the first week's, the second week's; bob's first; eve's never.
    assert found["peer_collaboration_count"].tolist() == [0, 1, 2, 1, 0]
    assert found["forum_participation_score"].tolist() == [0, 1, 2, 1, 0]
    assert found["video_completion_rate"].tolist() == pytest.approx(
        [np.nan, 0.1, 0.2, 0.1, np.nan], nan_ok=True
    )
    assert found["device_type"].tolist() == [None, "phone", "phone", "phone", None]
    np.testing.assert_allclose(found["student_mastery_scores"][2], [0.25, 0.2])


def test_a_row_past_its_lifetime_is_not_used(store: FeatureStore) -> None:
    asked = pd.DataFrame({"student_id": ["bob", "bob"], "as_of": [at(15), at(15.1)]})
    found = store.training_set(asked, "intervention_trigger")
    assert found["quiz_attempt_count"].tolist() == [1, 0]


def test_item_features_never_expire(store: FeatureStore) -> None:
    asked = pd.DataFrame({"content_id": ["q2"], "as_of": [at(300)]})
    assert store.training_set(asked, "mastery_predictor")["difficulty"].tolist() == [1]


def test_asking_changes_nothing_in_the_rows_asked(store: FeatureStore) -> None:
    before = ASKED.copy(deep=True)
    store.training_set(ASKED, "content_recommender")
    pd.testing.assert_frame_equal(ASKED, before)


def test_online_is_the_latest_row_in_the_order_asked(store: FeatureStore) -> None:
    for view in ("student_hourly", "student_realtime", "student_mastery"):
        assert store.materialize(view, at(0), at(14)) == 2
    found = store.online(["eve", "bob", "ann"], "content_recommender")
    assert found["student_id"].tolist() == ["eve", "bob", "ann"]
    assert found["peer_collaboration_count"].tolist() == [0, 1, 2]
    assert found["device_type"].tolist() == [None, "phone", "phone"]
    np.testing.assert_allclose(found["student_mastery_scores"][2], [0.25, 0.2])


def test_online_values_are_the_training_values_of_the_same_time(store: FeatureStore) -> None:
    store.materialize("student_hourly", at(0), at(14))
    store.materialize("student_realtime", at(0), at(14))
    store.materialize("student_mastery", at(0), at(14))
    names = [column.name for column in columns_of("content_recommender")]
    asked = pd.DataFrame({"student_id": ["ann"], "as_of": [at(14)]})
    offline = store.training_set(asked, "content_recommender")[names]
    online = store.online(["ann"], "content_recommender")[names]
    pd.testing.assert_frame_equal(offline, online)


def test_a_push_is_seen_at_once_and_an_older_one_is_dropped(store: FeatureStore) -> None:
    push = store.push
    assert push("student_realtime", rows_of("student_realtime", ["zoe"], [at(20)], 5)) == 1
    assert push("student_realtime", rows_of("student_realtime", ["zoe"], [at(19)], 4)) == 0
    assert store.online(["zoe"], "content_recommender")["quiz_attempt_count"].tolist() == [5]
    assert push("student_realtime", rows_of("student_realtime", ["zoe"], [at(20)], 6)) == 1
    assert store.online(["zoe"], "content_recommender")["quiz_attempt_count"].tolist() == [6]


def test_of_several_rows_of_a_student_in_one_push_the_newest_counts(
    store: FeatureStore,
) -> None:
    rows = pd.concat(
        [
            rows_of("student_realtime", ["max"], [at(20, 2)], 7),
            rows_of("student_realtime", ["max"], [at(20, 1)], 3),
        ]
    )
    assert store.push("student_realtime", rows) == 1
    assert store.online(["max"], "content_recommender")["quiz_attempt_count"].tolist() == [7]


def test_materialising_an_old_batch_does_not_undo_a_push(store: FeatureStore) -> None:
    store.push("student_realtime", rows_of("student_realtime", ["bob"], [at(8)], 9))
    store.materialize("student_realtime", at(0), at(14))
    assert store.online(["bob"], "content_recommender")["quiz_attempt_count"].tolist() == [9]


@pytest.fixture
def own_store(tmp_path: Path) -> FeatureStore:
    """A store of the folders `there` and `served`, that has nothing yet."""
    shutil.copytree(ROOT / "feature_repo", tmp_path / "feature_repo")
    opened = FeatureStore(tmp_path / "feature_repo", Path("there"), Path("served"))
    opened.apply()
    return opened


def write_mastery(store: FeatureStore, students: list[str], day: float, number: int) -> None:
    rows = rows_of("student_mastery", students, [at(day)] * len(students), number)
    rows.to_parquet(store.source("student_mastery"), index=False)


def versions_of(store: FeatureStore, students: list[str]) -> list[str | None]:
    return store.online(students, "intervention_trigger")["model_version"].tolist()


def test_a_store_keeps_to_the_folders_it_is_given(
    own_store: FeatureStore, tmp_path: Path
) -> None:
    write_mastery(own_store, ["ann"], 7, 1)
    own_store.replace("student_mastery", at(0), at(14))
    assert {path.name for path in tmp_path.iterdir()} == {"feature_repo", "there", "served"}
    assert {path.name for path in (tmp_path / "served").iterdir()} == {
        "registry.db",
        "online.db",
    }


def test_a_student_who_withdrew_is_no_longer_served(own_store: FeatureStore) -> None:
    write_mastery(own_store, ["ann", "bob"], 7, 1)
    assert own_store.replace("student_mastery", at(0), at(14)) == 2
    assert versions_of(own_store, ["ann", "bob"]) == ["v1", "v1"]
    write_mastery(own_store, ["ann"], 7, 1)
    assert own_store.replace("student_mastery", at(0), at(14)) == 1
    assert versions_of(own_store, ["ann", "bob"]) == ["v1", None]


def test_another_model_or_an_earlier_term_replaces_what_is_served(
    own_store: FeatureStore,
) -> None:
    write_mastery(own_store, ["ann"], 30, 1)
    own_store.replace("student_mastery", at(0), at(30))
    write_mastery(own_store, ["ann"], 7, 2)
    assert own_store.replace("student_mastery", at(0), at(30)) == 1
    assert versions_of(own_store, ["ann"]) == ["v2"]


def test_replacing_a_view_leaves_the_others_and_later_pushes_alone(
    own_store: FeatureStore,
) -> None:
    own_store.push("student_realtime", rows_of("student_realtime", ["ann"], [at(8)], 9))
    write_mastery(own_store, ["ann"], 7, 1)
    own_store.replace("student_mastery", at(0), at(14))
    assert (
        own_store.push("student_mastery", rows_of("student_mastery", ["ann"], [at(6)], 3)) == 0
    )
    assert (
        own_store.push("student_mastery", rows_of("student_mastery", ["ann"], [at(8)], 4)) == 1
    )
    found = own_store.online(["ann"], "intervention_trigger")
    assert found["quiz_attempt_count"].tolist() == [9]
    assert found["model_version"].tolist() == ["v4"]


def test_many_threads_may_read_at_once(store: FeatureStore) -> None:
    store.replace("student_hourly", at(0), at(14))
    asked = ["ann", "bob", "eve"] * 40
    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda key: store.online([key], "content_recommender"), asked)
        found = [(row["student_id"][0], row["peer_collaboration_count"][0]) for row in answers]
    assert found == list(zip(asked, [2, 1, 0] * 40, strict=True))


def test_online_without_keys_has_the_columns_and_no_rows(store: FeatureStore) -> None:
    found = store.online([], "content_recommender")
    names = [column.name for column in columns_of("content_recommender")]
    assert found.columns.tolist() == ["student_id", *names]
    assert found.empty


def test_events_cannot_push_to_an_hourly_view(store: FeatureStore) -> None:
    with pytest.raises(PointInTimeError, match="'student_hourly' is written hourly"):
        store.push("student_hourly", rows_of("student_hourly", ["ann"], [at(20)], 5))


def test_nothing_that_feast_says_reaches_the_terminal(
    store: FeatureStore, capfd: pytest.CaptureFixture[str]
) -> None:
    store.apply()
    store.training_set(ASKED, "content_recommender")
    store.materialize("content_hourly", at(0), at(14))
    store.replace("content_hourly", at(0), at(14))
    store.push("student_realtime", rows_of("student_realtime", ["kim"], [at(20)], 5))
    store.online(["kim"], "content_recommender")
    assert capfd.readouterr() == ("", "")


def test_a_folder_without_a_store_is_named_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"feature_store.yaml: There is no feature store"):
        FeatureStore(tmp_path).apply()
