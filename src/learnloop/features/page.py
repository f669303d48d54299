"""Renders the definitions as the page ``docs/features.md``."""

import sys

from learnloop.features.definitions import (
    CONTENT_FEATURES,
    FEATURES,
    SERVICES,
    VIEWS,
    Feature,
    view_named,
)

_HEAD = """# Features

Made by `python -m learnloop.features.page > docs/features.md` from
`src/learnloop/features/definitions.py`, where a feature is defined once. Schemas, the
Feast views in `feature_repo/` and the training sets are made from the same place; the
formulas are one function each, in `aggregates.py` (Ibis, hourly) and `recurrences.py`
(real time), and batch and online run the same one.

- **Aggregates** are as of a whole hour: the clock hours (UTC) before it, and nothing of
  the hour that has begun. A window of 7 days is 168 clock hours.
- **Recurrences** are as of any moment: all events before it, and none at it.
- **Model features** are written by their model's pipeline, with the model's version.
- At a tie, a category takes the value that is named first.
- An event counts at its `occurred_at`.
"""


def _row(feature: Feature) -> str:
    columns = feature.columns
    cells = (
        f"`{feature.name}`",
        view_named(feature.view).entity.removesuffix("_id"),
        "<br>".join(f"`{column.name}` {column.dtype}" for column in columns),
        "<br>".join(column.span for column in columns),
        feature.window,
        feature.kind.value,
        feature.formula,
        feature.unit,
        feature.null_rule,
    )
    return f"| {' | '.join(cells)} |"


def _table(title: str, features: tuple[Feature, ...]) -> str:
    heads = (
        "feature",
        "entity",
        "columns and types",
        "range",
        "window",
        "kind",
        "formula",
        "unit",
        "without history",
    )
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads), *map(_row, features)]
    return "\n".join([f"## {title}", "", *lines])


def _views() -> str:
    lines = [
        "## Views and services",
        "",
        "| view | entity | fresh within | a row counts for | written by |",
        "|---|---|---|---|---|",
    ]
    for view in VIEWS:
        life = f"{view.lifetime_d} days" if view.lifetime_d else "ever"
        writer = "events, as they come" if view.real_time else "a job"
        lines.append(
            f"| `{view.name}` | {view.entity} | {view.freshness} | {life} | {writer} |"
        )
    lines += ["", "| service | views |", "|---|---|"]
    lines += [
        f"| `{service}` | {', '.join(f'`{view}`' for view in views)} |"
        for service, views in SERVICES.items()
    ]
    return "\n".join(lines)


def render() -> str:
    """The page as Markdown, ending with a newline."""
    parts = (
        _HEAD,
        _table("The fifteen features of a student", FEATURES) + "\n",
        _table("Features of a content item", CONTENT_FEATURES) + "\n",
        _views() + "\n",
    )
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(render())
