"""raw_* → validated, quarantined, consented tables that everything downstream reads."""

from kedro.pipeline import Node, Pipeline

from pipelines.ingest import nodes


def create_pipeline() -> Pipeline:
    """The pipeline `ingest`."""
    return Pipeline(
        [
            Node(
                nodes.validate_content,
                ["raw_skills", "raw_prerequisites", "raw_content_items", "params:ingest"],
                ["skills", "prerequisites", "content_items"],
                name="validate_content",
            ),
            Node(
                nodes.validate_roster,
                [
                    "raw_classes",
                    "raw_students",
                    "raw_eligibility",
                    "skills",
                    "params:ingest",
                ],
                ["classes", "students", "eligibility"],
                name="validate_roster",
            ),
            Node(
                nodes.validate_protected,
                ["raw_protected", "raw_students", "eligibility", "params:ingest"],
                "protected_attributes",
                name="validate_protected",
            ),
            Node(
                nodes.validate_events,
                ["raw_events", "raw_students", "content_items", "skills", "params:ingest"],
                ["quarantine", "duplicate_events"],
                name="validate_events",
            ),
            Node(
                nodes.accept_events,
                [
                    "raw_events",
                    "quarantine",
                    "duplicate_events",
                    "eligibility",
                    "params:ingest",
                ],
                "events",
                name="accept_events",
            ),
            Node(nodes.split_students, "students", "student_splits", name="split_students"),
            Node(
                nodes.list_attempts,
                ["events", "student_splits"],
                "attempts",
                name="list_attempts",
            ),
            Node(nodes.list_studies, "events", "studies", name="list_studies"),
            Node(
                nodes.list_snapshots,
                ["events", "students", "student_splits"],
                "snapshots",
                name="list_snapshots",
            ),
            Node(
                nodes.summarise_ingest,
                ["raw_events", "events", "quarantine", "duplicate_events", "params:ingest"],
                "ingest_summary",
                name="summarise_ingest",
            ),
            Node(
                nodes.hash_data,
                [
                    "events",
                    "content_items",
                    "skills",
                    "prerequisites",
                    "students",
                    "student_splits",
                    "classes",
                    "eligibility",
                ],
                "data_hashes",
                name="hash_data",
            ),
        ],
        tags="ingest",
    )
