"""Lead time on the simulated campus: are those who will be lost flagged while it can help?"""

from pathlib import Path

from benchmarks.reading import run_table
from benchmarks.result import Cost, Result
from learnloop.errors import DataError
from learnloop.evaluation import Estimate
from learnloop.intervene.lead_time import measure_lead_time

NAMES = {
    "lost_flagged_while_struggling": "caught_in_time",
    "lead_days_while_struggling_median": "lead_days",
}
BASELINES = {"last week's activity": "_by_last_week_activity", "random": "_by_random_flags"}


def measure_lead(run: Path) -> Result:
    """The flags of a run beside those of last week's activity and of chance.

    Args:
        run: the ``data/`` of a ``kedro run`` on the simulated campus.

    Raises:
        DataError: the folder holds no such run, or nobody of its campus was lost.
    """
    scores = run_table(run / "07_model_output/intervention_scores.parquet")
    found = measure_lead_time(scores, run_table(run / "01_raw/truth/students.parquet"))
    if "never_lost_flagged" not in found:
        raise DataError("in this campus nobody was lost, or everybody.", file="students")
    told = {name: Estimate(**each) for name, each in found.items()}
    ours = {name: told[key] for key, name in NAMES.items() if key in told}
    return Result(
        scores={
            **ours,
            "could_be_caught": told["lost_scored_while_struggling"],
            "others_flagged": told["never_lost_flagged"],
        },
        baselines={
            peer: {name: told[key + end] for key, name in NAMES.items() if key + end in told}
            for peer, end in BASELINES.items()
        },
        cost=Cost(),
        rows=len(scores),
        notes=[
            "Students whom no model learned from. caught_in_time: share of the lost who were "
            "flagged between the start of their last struggle and the loss; could_be_caught: "
            "who were scored then at all. lead_days: median days from the first such flag to "
            "the loss.",
            "Each baseline flags the same share of the others (others_flagged) as the trigger.",
            "What the trigger cost is part of the run.",
        ],
    )
