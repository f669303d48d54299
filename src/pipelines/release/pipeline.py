"""The release pipeline: plan, examine, judge, describe and register each of the models."""

from functools import partial, update_wrapper
from typing import Any

from kedro.pipeline import Node, Pipeline

from pipelines.release import nodes
from pipelines.release.examine import examine
from pipelines.release.rooms import ROOMS, Room
from pipelines.stamp import MODEL_STAMPS, fingerprint_all


def create_pipeline() -> Pipeline:
    """Six nodes a model, two before them, one after them for the reader."""
    present = Node(
        fingerprint_all,
        ["data_hashes", "code_state", "parameters"],
        "present_fingerprints",
        name="fingerprint_what_is_at_hand",
    )
    audits = Node(
        nodes.collect_audits,
        ["fairness_audit", "drift_report", *MODEL_STAMPS],
        "release_audits",
        name="collect_audits",
    )
    summary = Node(
        nodes.summarise_release,
        [*(f"{room.name}_release" for room in ROOMS), "ingest_summary", "params:release"],
        ["summary", "index_page"],
        name="summarise_release",
    )
    of_models = [node for room in ROOMS for node in _nodes_of(room)]
    return Pipeline([present, audits, *of_models, summary], tags="release")


def _nodes_of(room: Room) -> list[Node]:
    name = room.name
    return [
        Node(
            _bound(nodes.plan_version, room=room),
            [
                f"{name}_known_versions",
                f"{name}_fingerprint",
                "present_fingerprints",
                f"{name}_model",
                "params:release",
            ],
            f"{name}_plan",
            name=f"plan_{name}",
        ),
        Node(
            _bound(examine, room=room),
            [
                f"{name}_plan",
                f"{name}_champion",
                f"{name}_model",
                "params:release",
                *room.tables,
            ],
            [f"{name}_champion_scores", f"{name}_examination"],
            name=f"examine_{name}",
        ),
        Node(
            _bound(nodes.judge_model, room=room),
            [
                f"{name}_plan",
                room.scores,
                f"{name}_champion_scores",
                f"{name}_examination",
                f"{name}_metrics",
                "release_audits",
            ],
            f"{name}_gates",
            name=f"judge_{name}",
        ),
        Node(
            nodes.write_card,
            [
                f"{name}_plan",
                f"{name}_metrics",
                f"{name}_gates",
                "release_audits",
                "data_hashes",
            ],
            f"{name}_card",
            name=f"write_card_of_{name}",
        ),
        Node(
            _bound(nodes.prepare_submission, room=room),
            [
                f"{name}_plan",
                f"{name}_model",
                f"{name}_gates",
                f"{name}_card",
                f"{name}_metrics",
            ],
            f"{name}_registered",
            name=f"register_{name}",
        ),
        Node(
            _bound(nodes.describe_version, room=room),
            [f"{name}_plan", f"{name}_registered", f"{name}_metrics", f"{name}_gates"],
            f"{name}_release",
            name=f"describe_{name}",
        ),
    ]


def _bound(function: Any, **fixed: Any) -> Any:
    """`function` with some arguments given, under its own name and annotations."""
    return update_wrapper(partial(function, **fixed), function)
