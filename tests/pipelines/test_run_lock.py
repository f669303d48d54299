"""One run at a time."""

from pathlib import Path

import pytest

from learnloop.errors import LearnloopError
from pipelines.run_lock import OneRunAtATime


def test_a_second_run_is_refused_while_the_first_is_at_work(tmp_path: Path) -> None:
    where = {"project_path": str(tmp_path)}
    first, second = OneRunAtATime(), OneRunAtATime()
    first.before_pipeline_run(run_params=where)
    with pytest.raises(LearnloopError, match="another run is at work"):
        second.before_pipeline_run(run_params=where)
    first.on_pipeline_error()
    second.before_pipeline_run(run_params=where)
    second.after_pipeline_run()
