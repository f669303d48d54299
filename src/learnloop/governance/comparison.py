"""Our scores on public data beside the known ones, as JSON and as a table."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

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
    told = about.model_dump(exclude={"published", "purposes", "registry"})
    compared: dict[str, Any] = without_nan({"data": told, "models": models})
    return compared


class Method(NamedTuple):
    """A line of the comparison."""

    name: str
    auc: float | None
    low: float | None
    high: float | None
    known: bool
    """Whether others reached it; if not, it was measured in this run."""


def ranked_methods(name: str, model: Mapping[str, Any]) -> list[Method]:
    """A model, its baselines and the known methods, the best first.

    Args:
        name: registered name of the model.
        model: its part of `compare_with_published`.
    """
    here = {f"{name} {model['version']}": model["auc"], **model["baselines"]}
    measured = [
        Method(method, auc["value"], auc["low"], auc["high"], known=False)
        for method, auc in here.items()
    ]
    known = [
        Method(method, auc, None, None, known=True)
        for method, auc in model["published"].items()
    ]
    return sorted([*measured, *known], key=lambda method: -(method.auc or 0.0))


def render_comparison(compared: Mapping[str, Any]) -> "Table":
    """A line for each method, the best of each model first, ours in bold.

    Args:
        compared: of `compare_with_published`.
    """
    from rich import box
    from rich.table import Table

    data = compared["data"]
    known = f" Known: on {data['published_on']}" if data["published_on"] else ""
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
        methods = ranked_methods(name, model)
        for place, method in enumerate(methods):
            ours = method.name == f"{name} {model['version']}"
            table.add_row(
                method.name,
                _auc(method),
                "" if method.low is None else f"{method.low:.3f}–{method.high:.3f}",
                "known" if method.known else "this run",
                style="bold" if ours else None,
                end_section=place == len(methods) - 1,
            )
    return table


def _auc(method: Method) -> str:
    """With the digits that others gave it, two at least; ours with three."""
    if method.auc is None:
        return "–"
    if method.known:
        return max(f"{method.auc:g}", f"{method.auc:.2f}", key=len)
    return f"{method.auc:.3f}"
