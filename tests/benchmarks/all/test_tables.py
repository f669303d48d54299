"""Goals are held to what the JSON says, and nothing that was not measured is ever met."""

import argparse
import importlib
import shlex

import pytest
from pydantic import ValidationError

from benchmarks.__main__ import COMMANDS
from benchmarks.all.tables import Goal, judge, read_benchmarks, read_goals

RESULT = {
    "scores": {"auc": {"value": 0.8, "low": 0.7, "high": 0.9}, "empty": {"value": None}},
    "baselines": {"peer": {"auc": {"value": 0.8, "low": 0.75, "high": 0.85}}},
    "above": {"peer": {"value": 0.02, "low": -0.01, "high": 0.05}},
    "cpu_seconds": 3,
}


def verdict(path: str, **limit: float | str) -> str:
    return judge(Goal(name="g", of="b", figure=path, **limit), RESULT).verdict


@pytest.mark.parametrize(
    ("direction", "limits"),
    [
        ("at_least", {0.79: "met", 0.8: "met", 0.81: "missed"}),
        ("at_most", {0.79: "missed", 0.8: "met", 0.81: "met"}),
        ("above", {0.79: "met", 0.8: "missed", 0.81: "missed"}),
        ("below", {0.79: "missed", 0.8: "missed", 0.81: "met"}),
    ],
)
def test_each_direction_at_and_on_both_sides_of_its_limit(direction, limits):
    found = {limit: verdict("scores/auc", **{direction: limit}) for limit in limits}
    assert found == limits


def test_a_limit_may_be_a_peers_figure():
    peer = "baselines/peer/auc"
    assert verdict("scores/auc", at_least=peer) == "met"
    assert verdict("scores/auc", below=peer) == "missed"


def test_the_lower_end_of_an_interval_is_judged_and_the_whole_is_shown():
    judged = judge(Goal(name="g", of="b", figure="above/peer/low", above=0), RESULT)
    assert (judged.verdict, judged.value, judged.low) == ("missed", 0.02, -0.01)


@pytest.mark.parametrize("path", ["scores/other", "scores/empty", "no", "scores/auc/value/x"])
@pytest.mark.parametrize("direction", ["at_least", "at_most", "above", "below"])
def test_what_is_not_in_the_json_is_not_measured(path, direction):
    assert verdict(path, **{direction: 0}) == "not measured"
    assert judge(Goal(name="g", of="b", figure=path, at_most=1), None).verdict == "not measured"


def test_a_peer_that_did_not_run_leaves_the_goal_not_measured():
    assert verdict("scores/auc", at_least="baselines/other/auc") == "not measured"


def test_a_goal_without_a_limit_is_reported():
    assert verdict("scores/auc") == "reported"


def test_two_limits_and_unknown_words_are_refused():
    with pytest.raises(ValidationError, match="more than one limit"):
        Goal(name="g", of="b", figure="scores/auc", at_least=1, below=2)
    with pytest.raises(ValidationError, match="atleast"):
        Goal(name="g", of="b", figure="scores/auc", atleast=1)


@pytest.mark.parametrize("quick", [False, True])
def test_every_command_of_the_table_is_one_that_the_benchmarks_understand(quick):
    for name, benchmark in read_benchmarks().items():
        command, *words = shlex.split(benchmark.line(quick))
        assert command in COMMANDS, name
        parser = argparse.ArgumentParser(exit_on_error=False)
        importlib.import_module(f"benchmarks.{command}").add_options(parser)
        parser.parse_args(words)


def test_every_goal_is_of_a_benchmark_and_stands_once():
    goals = [goal for some in read_goals().values() for goal in some]
    assert {goal.of for goal in goals} <= set(read_benchmarks())
    assert len({(goal.of, goal.figure, str(goal.said)) for goal in goals}) == len(goals)
