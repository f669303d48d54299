"""No feature sees its own future, and offline values are the online values."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from learnloop.features import batch, recurrences, replay
from learnloop.features.schema import StudentRealtime

from .toy_log import ITEMS, NEEDS, at, did, frame, log

STUDENTS = ["ann", "bob", "eve"]
ROSTER = pd.DataFrame(
    {"student_id": STUDENTS, "timezone": ["UTC", "Europe/Paris", "America/New_York"]}
)
VERBS = ["opened_session", "watched", "read", "interacted", "answered", "posted", "replied",
         "collaborated"]  # fmt: skip
ASKED = pd.DataFrame(
    [(student, at(day, hour)) for student in STUDENTS for day, hour in
     [(7, 0), (14, 0), (15, 7.5), (28, 0), (35, 0)]],
    columns=["student_id", "as_of"],
)  # fmt: skip
CUT = at(28)


def random_events(seed: int, first: float, last: float, count: int) -> list[dict[str, Any]]:
    """Events of everybody, at random, with everything that a feature looks at."""
    rng = np.random.default_rng(seed)
    days = np.sort(rng.uniform(first, last, count))
    return [
        did(
            str(rng.choice(VERBS)),
            at(day),
            student_id=str(rng.choice(STUDENTS)),
            session_id=f"s{int(day * 3)}",
            content_id=str(rng.choice(["easy", "hard"])),
            skill_ids=[str(rng.choice(["sum", "product", "power"]))],
            correct=bool(rng.random() < 0.6),
            duration_s=float(rng.exponential(400)),
            progress=float(rng.random() ** 0.2),
            device=str(rng.choice(["phone", "tablet", "desktop"])),
        )
        for day in days
    ]


PAST = random_events(1, 0, 21, 200) + random_events(5, 21, 28, 250)


def both(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """All features that come from the log, at every time asked."""
    hourly = batch.student_hourly(log(rows), ROSTER, ITEMS, NEEDS, ASKED)
    return hourly.merge(
        replay.student_realtime(log(rows), ASKED),
        how="outer",
        on=["student_id", "event_timestamp"],
    )


@pytest.fixture(scope="module")
def known() -> pd.DataFrame:
    """The features before the cut-off, computed from the events before it."""
    table = both(PAST)
    return table[table["event_timestamp"] <= CUT].reset_index(drop=True)


@pytest.mark.parametrize(("seed", "count"), [(2, 400), (3, 1), (4, 60)])
def test_whatever_happens_later_changes_no_earlier_feature(
    known: pd.DataFrame, seed: int, count: int
) -> None:
    future = [did("answered", CUT, correct=True), *random_events(seed, 28, 60, count)]
    table = both(PAST + future)
    then = table[table["event_timestamp"] <= CUT].reset_index(drop=True)
    pd.testing.assert_frame_equal(then, known)


def test_the_examples_do_have_a_past_that_matters(known: pd.DataFrame) -> None:
    varied = known.drop(columns=["student_id", "event_timestamp"]).nunique()
    assert varied[varied < 2].empty


def test_what_happens_at_the_moment_itself_is_not_yet_known() -> None:
    asked = pd.DataFrame({"student_id": ["ann"], "as_of": [at(1)]})
    for when, count in ((at(1), 0), (at(1) - pd.Timedelta(microseconds=1), 1)):
        table = replay.student_realtime(log([did("answered", when)]), asked)
        assert table["quiz_attempt_count"].tolist() == [count]


def test_the_order_in_which_an_engine_reads_the_log_does_not_matter() -> None:
    rows = [*PAST, *PAST[:50]]  # the last 50 at the same times as others
    order = np.random.default_rng(0).permutation(len(rows))
    pd.testing.assert_frame_equal(both(rows), both([rows[i] for i in order]))


def test_events_replayed_one_by_one_give_the_offline_values() -> None:
    offline = replay.student_realtime(log(PAST), ASKED)
    StudentRealtime.validate(offline)
    state = recurrences.init(len(STUDENTS))
    events = frame(PAST)
    codes = recurrences.moments(events)
    seen = 0
    online = []
    for _, question in ASKED.sort_values("as_of").iterrows():
        while seen < len(events) and events["occurred_at"][seen] < question["as_of"]:
            place = np.array([STUDENTS.index(events["student_id"][seen])])
            recurrences.update(state, place, codes[seen : seen + 1])
            seen += 1
        row = replay.online_value(
            state, STUDENTS.index(question["student_id"]), question["as_of"]
        )
        online.append(row.assign(student_id=question["student_id"], at=question["as_of"]))
    table = pd.concat(online).sort_values(["student_id", "at"], ignore_index=True)
    columns = ["quiz_attempt_count", "engagement_trend", "session_frequency_daily",
               "session_frequency_weekly"]  # fmt: skip
    pd.testing.assert_frame_equal(table[columns], offline[columns])


def test_hourly_values_of_one_student_are_those_of_all_at_once() -> None:
    together = batch.student_hourly(log(PAST), ROSTER, ITEMS, NEEDS, ASKED)
    for student in STUDENTS:
        one = ASKED[ASKED["student_id"] == student].tail(1)
        alone = batch.student_hourly(log(PAST), ROSTER, ITEMS, NEEDS, one)
        same = together[together["student_id"] == student].tail(1)
        pd.testing.assert_frame_equal(alone, same.reset_index(drop=True))


def test_the_state_after_a_lockstep_replay_is_that_of_a_service() -> None:
    roster = pd.Index(STUDENTS)
    who, events = replay.read_log(log(PAST), roster)
    lockstep = replay.replay(events, who, len(roster))
    single = recurrences.init(len(STUDENTS))
    for i in range(len(who)):
        recurrences.update(single, who[i : i + 1], events[i : i + 1])
    np.testing.assert_allclose(lockstep.engagement.fast, single.engagement.fast)
    np.testing.assert_array_equal(lockstep.recent.sessions, single.recent.sessions)
    np.testing.assert_array_equal(lockstep.recent.last, single.recent.last)


def test_students_in_pieces_give_the_same_values(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = replay.student_realtime(log(PAST), ASKED)
    monkeypatch.setattr(replay, "STUDENTS_AT_ONCE", 2)
    pd.testing.assert_frame_equal(whole, replay.student_realtime(log(PAST), ASKED))


def test_nobody_asked_gives_no_rows() -> None:
    assert StudentRealtime.validate(replay.student_realtime(log(PAST), ASKED.head(0))).empty
