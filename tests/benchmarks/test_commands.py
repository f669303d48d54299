"""What every command of the benchmarks says to options that make no sense."""

import pytest

from benchmarks.__main__ import COMMANDS, main

WITHOUT_SEEDS = {"latency", "forgetting", "diagnosis"}


@pytest.mark.parametrize("seeds", ["0", "-3", "1.5", "some"])
@pytest.mark.parametrize("command", sorted(set(COMMANDS) - WITHOUT_SEEDS))
def test_seeds_that_are_no_positive_number_are_refused(command, seeds, capsys):
    needed = ["--train", "none"] if command == "mastery" else []
    with pytest.raises(SystemExit) as stopped:
        main([command, *needed, "--seeds", seeds])
    assert stopped.value.code == 2
    assert "argument --seeds: " in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        "policy --first-seed -5",
        "assessment --first-seed -3",
        "assessment --limit 0",
        "assessment --limit 2",
        "assessment --limit nan",
        "assessment --students 0",
        "difficulty --recovery --peer-seeds -2",
    ],
)
def test_an_option_out_of_its_range_is_named(line, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(line.split())
    assert stopped.value.code == 2
    assert f"argument {line.split()[-2]}: {line.split()[-1]} is " in capsys.readouterr().err
