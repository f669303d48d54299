"""Our scores on public data beside the published ones, as JSON and as a table."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from learnloop.datasets.public import PublicData
from learnloop.governance.registry import RegisteredVersion
from learnloop.governance.summary import without_nan

if TYPE_CHECKING:
    from rich.table import Table


def compare_with_published(
    about: PublicData,
    judged: Mapping[str, Mapping[str, Any]],
    registered: Mapping[str, RegisteredVersion],
) -> dict[str, Any]:
    """Test AUC of each model, its baselines and the published methods.

    Args:
        about: the data set.
        judged: each model's metrics JSON, by registered name.
        registered: the version that each became, by the same names.

    Returns:
        For each model its version and alias, how many rows and students it was judged on,
        `auc` and `ece` with 95 % intervals over students, the AUC of its baselines on the
        same rows, and the published AUCs. What is undefined is ``None``.
    """
    models = {
        name: {
            "version": registered[name].semver,
            "aliases": list(registered[name].aliases),
            "rows": metrics["rows"],
            "students": metrics["students"],
            "auc": metrics["scores"]["auc"],
            "ece": metrics["scores"]["ece"],
            "baselines": {other: s["auc"] for other, s in metrics["baselines"].items()},
            "published": about.published.get(name, {}),
        }
        for name, metrics in judged.items()
    }
    told = about.model_dump(exclude={"published", "registry"})
    compared: dict[str, Any] = without_nan({"data": told, "models": models})
    return compared


def render_comparison(compared: Mapping[str, Any]) -> "Table":
    """A line for each method, the best of each model first, ours in bold.

    Args:
        compared: of `compare_with_published`.
    """
    from rich import box
    from rich.table import Table

    data = compared["data"]
    known = f" Published: on {data['published_on']}" if data["published_on"] else ""
    table = Table(
        title=data["name"],
        caption=f"Judged on {data['test_students']} Intervals over students.{known}",
        box=box.SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
    )
    table.add_column("method", no_wrap=True, min_width=32)
    table.add_column("AUC", justify="right", no_wrap=True)
    table.add_column("95 % interval", no_wrap=True)
    table.add_column("where", no_wrap=True)
    for name, model in compared["models"].items():
        title = f"{name} {model['version']}"
        lines = sorted(_lines(title, model), key=lambda line: -(line[1] or 0.0))
        for place, (method, auc, interval, where) in enumerate(lines):
            table.add_row(
                method,
                "–" if auc is None else f"{auc:g}" if where == "published" else f"{auc:.3f}",
                interval,
                where,
                style="bold" if method == title else None,
                end_section=place == len(lines) - 1,
            )
    return table


def _lines(title: str, model: Mapping[str, Any]) -> list[tuple[str, float | None, str, str]]:
    """Method, AUC, its interval, and where it was measured."""
    here = {title: model["auc"], **model["baselines"]}
    measured = [
        (
            method,
            auc["value"],
            "" if auc["low"] is None else f"{auc['low']:.3f}–{auc['high']:.3f}",
            "this run",
        )
        for method, auc in here.items()
    ]
    published = [(method, auc, "", "published") for method, auc in model["published"].items()]
    return [*measured, *published]
