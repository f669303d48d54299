"""What the benchmark of the teaching policy says beside its figures."""

import json

import numpy as np
import pytest

from benchmarks import foreign, foreign_policy, policy
from benchmarks.__main__ import main
from benchmarks.foreign import ForeignRoom
from learnloop.recommend.teaching import Lesson


@pytest.fixture
def drawn_gains(monkeypatch):
    """Everybody's gains are drawn at random: nobody is taught."""

    def taught(rooms, seeds, make, groups=None, *, told=True):
        shape = (len(seeds), len(policy.FAMILIES))
        if groups is not None:
            groups.extend({"gender": "any"} for _ in range(shape[0] * shape[1]))
        return np.random.default_rng(0).random(shape)

    monkeypatch.setattr(policy, "_room", lambda *_: None)
    monkeypatch.setattr(policy, "_popularity", dict)
    monkeypatch.setattr(policy, "_taught", taught)
    monkeypatch.setattr(policy, "_taught_by_oracle", taught)


@pytest.mark.usefixtures("drawn_gains")
def test_one_seed_says_nothing_of_groups(capsys):
    main(["policy", "--seeds", "1"])
    said = json.loads(capsys.readouterr().out)
    assert not any("group" in name for name in said["scores"])
    assert any(note.startswith("one seed: ") for note in said["notes"])


@pytest.mark.usefixtures("drawn_gains")
def test_a_run_says_why_its_figures_flatter(capsys):
    main(["policy", "--seeds", "3"])
    said = " ".join(json.loads(capsys.readouterr().out)["notes"])
    for words in (
        "form of the simulated campus",
        "families lie inside the hypotheses",
        "tuned in these lessons",
        "overstate",
        "after the policy was frozen",
    ):
        assert words in said


def test_drawn_classrooms_are_taught_by_everybody(monkeypatch, capsys):
    monkeypatch.setattr(foreign, "SKILLS", (5, 7))
    monkeypatch.setattr(foreign, "HOURS", (0.2, 0.3))
    monkeypatch.setattr(foreign_policy, "PER_SEED", 2)
    main(["policy", "--rooms", "foreign", "--seeds", "2"])
    said = json.loads(capsys.readouterr().out)
    assert said["rows"] == 8
    assert set(said["baselines"]) == {*foreign_policy.RULES, *foreign_policy.ORACLES}
    assert said["kinds"]


@pytest.mark.parametrize("seed", range(12))
def test_a_drawn_classroom_is_a_lesson_and_the_same_for_everybody(seed):
    room, again = ForeignRoom(seed), ForeignRoom(seed)
    lesson = Lesson.of(room.objective, room.prerequisites, room.items)
    assert lesson == Lesson.of(again.objective, again.prerequisites, again.items)
    first = lesson.items[0].content_id
    seen = []
    for one in (room, again):
        one.reset(7)
        seen.append([one.step(str(first)) for _ in range(5)])
    assert seen[0] == seen[1]
    assert 0 <= room.mastery()[0] <= 1


def test_imagined_students_leave_the_present_alone():
    room = ForeignRoom(1)
    room.reset(0)
    before = room.mastery()[0]
    futures = room.imagine(3, np.random.default_rng(0))
    for _ in range(20):
        futures.work(np.array([0, 1, 2]))
    assert room.mastery()[0] == before
    assert room.spent[0] == 0
