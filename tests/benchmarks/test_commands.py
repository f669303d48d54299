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
