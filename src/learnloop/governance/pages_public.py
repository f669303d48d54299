"""The page on which a run over public answers begins."""

from collections.abc import Mapping
from typing import Any

from learnloop.governance.comparison import Method, ranked_methods
from learnloop.governance.pages import render
from learnloop.governance.pages_charts import Axis, Dot, interval_chart


def public_page(compared: Mapping[str, Any]) -> str:
    """What both models reached beside what is known, and how the rows were cleaned.

    Args:
        compared: of `compare_with_published`, with `leak` (`LeakReport.as_dict`).
    """
    methods = {name: ranked_methods(name, model) for name, model in compared["models"].items()}
    charts = {name: _chart(some) for name, some in methods.items()}
    return render("public.html", compared=compared, methods=methods, charts=charts)


def _chart(methods: list[Method]) -> str:
    dots = [
        Dot("", one.name, one.auc, one.low, one.high, "unsure" if one.known else "fine")
        for one in methods
    ]
    return interval_chart(dots, Axis("AUC on the test students", least=(0.65, 0.8), labels=0.5))
