"""The page about teaching policies shows an example that runs."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "teaching-policy.md"


def test_the_example_teaches(capsys):
    (example,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)
    exec(compile(example, str(PAGE), "exec"), {"__name__": "example"})  # noqa: S102
    said = capsys.readouterr().out
    assert float(said.rsplit(" ", 1)[1]) > 0.5
