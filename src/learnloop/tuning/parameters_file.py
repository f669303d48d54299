"""Writes values into a YAML file of parameters and leaves every other letter as it was."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from learnloop.errors import LearnloopError
from learnloop.tuning.space import put


def read_section(file: Path, section: str) -> dict[str, Any]:
    """What stands under the top-level key `section`.

    Raises:
        LearnloopError: there is no such file or key.
    """
    if not file.exists():
        raise LearnloopError(f"there is no {file} to write into.")
    content = _parsed(file.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or section not in content:
        raise LearnloopError(f"{file} has no '{section}', so there is nothing to write into.")
    return dict(content[section])


def write_values(
    file: Path, section: str, values: Mapping[str, Any], note: str, like: Path | None = None
) -> None:
    """Changes values in place; comments, order and layout stay.

    Args:
        file: to change.
        section: top-level key.
        values: by path below it; a value that is the same already is left alone.
        note: comment put behind each changed value, in the place of one that is there.
        like: file whose text `file` begins with where it does not exist yet.

    Raises:
        LearnloopError: a value spans several lines, or its key is not written out.
    """
    source = file if file.exists() or like is None else like
    wanted = {section: read_section(source, section)}
    text = source.read_text(encoding="utf-8")
    lines = text.split("\n")
    for path, value in values.items():
        try:
            mapping = _parsed(text)[section]
            *way, name = path.split(".")
            for step in way:
                mapping = mapping[step]
            if mapping[name] == value:
                continue
            line, column = mapping.lc.value(name)
        except KeyError:
            raise LearnloopError(f"{source} does not write out {section}.{path}.") from None
        lines[line] = f"{lines[line][:column]}{json.dumps(value)}  # {note}"
        put(wanted[section], path, value)
    changed = "\n".join(lines)
    if not _says(changed, wanted):
        raise LearnloopError(
            f"{source} holds a value of {', '.join(values)} over several lines, which cannot "
            "be changed in place. Write it on one line."
        )
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(".tmp")
    beside.write_text(changed, encoding="utf-8")
    beside.replace(file)


def _says(text: str, wanted: Mapping[str, Any]) -> bool:
    from ruamel.yaml.error import YAMLError

    try:
        content = _parsed(text)
    except YAMLError:
        return False
    return all(content[section] == values for section, values in wanted.items())


def _parsed(text: str) -> Any:
    from ruamel.yaml import YAML

    return YAML().load(text)
