from pathlib import Path

import ibis
import pandas as pd
import pytest

from learnloop.governance.versions import (
    Change,
    Fingerprint,
    digest_of_folder,
    hash_code,
    hash_events,
    hash_parameters,
    hash_tables,
    next_version,
)

OLD = Fingerprint(2, "params", "code", "data")


@pytest.mark.parametrize(
    ("new", "version", "change"),
    [
        (Fingerprint(2, "params", "code", "data"), "2.3.4", Change.NONE),
        (Fingerprint(2, "params", "code", "newer"), "2.3.5", Change.DATA),
        (Fingerprint(2, "other", "code", "data"), "2.4.0", Change.METHOD),
        (Fingerprint(2, "params", "other", "data"), "2.4.0", Change.METHOD),
        (Fingerprint(2, "other", "other", "newer"), "2.4.0", Change.METHOD),
        (Fingerprint(3, "params", "code", "data"), "3.0.0", Change.CONTRACT),
        (Fingerprint(3, "other", "other", "newer"), "3.0.0", Change.CONTRACT),
    ],
)
def test_the_greatest_difference_names_the_version(
    new: Fingerprint, version: str, change: Change
) -> None:
    assert next_version({"2.3.4": OLD}, new, "2.0.0") == (version, change)


def test_the_first_version_is_the_one_it_is_given() -> None:
    assert next_version({}, OLD, "2.0.0") == ("2.0.0", Change.FIRST)


def test_ten_comes_after_nine() -> None:
    known = {f"2.0.{patch}": Fingerprint(2, "p", "c", f"d{patch}") for patch in range(11)}
    assert next_version(known, Fingerprint(2, "p", "c", "new"), "2.0.0")[0] == "2.0.11"


def test_going_back_to_earlier_data_goes_back_to_its_version() -> None:
    known = {
        "1.0.0": Fingerprint(1, "p", "c", "may"),
        "1.0.1": Fingerprint(1, "p", "c", "june"),
    }
    assert next_version(known, known["1.0.0"], "1.0.0") == ("1.0.0", Change.NONE)


def test_a_version_is_counted_from_the_champion_and_not_from_a_challenger() -> None:
    known = {
        "1.0.0": Fingerprint(1, "p", "c", "may"),
        "1.1.0": Fingerprint(1, "tried", "c", "may"),
    }
    june = Fingerprint(1, "p", "c", "june")
    assert next_version(known, june, "1.0.0", "1.0.0") == ("1.0.1", Change.DATA)
    other = Fingerprint(1, "tried again", "c", "may")
    assert next_version(known, other, "1.0.0", "1.0.0") == ("1.2.0", Change.METHOD)


def test_a_second_try_at_a_new_contract_stays_in_its_line() -> None:
    known = {"1.0.0": Fingerprint(1, "p", "c", "d"), "2.0.0": Fingerprint(2, "p", "c2", "d")}
    tried = Fingerprint(2, "p", "c3", "d")
    assert next_version(known, tried, "1.0.0", "1.0.0") == ("2.1.0", Change.CONTRACT)


def test_what_a_folder_holds_and_how_it_is_called_make_its_digest(tmp_path: Path) -> None:
    digests = []
    for folder, file, text in [
        ("a", "x", "1"),
        ("b", "x", "1"),
        ("c", "x", "2"),
        ("d", "y", "1"),
    ]:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / file).write_text(text)
        digests.append(digest_of_folder(tmp_path / folder))
    assert digests[0] == digests[1]
    assert len(set(digests)) == 3


def test_parameters_are_the_same_in_any_order() -> None:
    assert hash_parameters({"a": 1, "b": {"c": 2, "d": 3}}) == hash_parameters(
        {"b": {"d": 3, "c": 2}, "a": 1}
    )
    assert hash_parameters({"a": 1}) != hash_parameters({"a": 2})


def test_only_code_that_does_something_else_is_other_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    module = tmp_path / "toy_room.py"
    module.write_text('def two():\n    """Two."""\n    return 1 + 1\n')
    before = hash_code(["toy_room"])
    module.write_text("def two():  # as ever\n    return (1 + 1)\n")
    assert hash_code(["toy_room"]) == before
    module.write_text("def two():\n    return 1 + 2\n")
    assert hash_code(["toy_room"]) != before


def test_a_package_counts_with_all_that_is_in_it() -> None:
    assert hash_code(["learnloop.intervene"]) != hash_code(["learnloop.intervene.struggle"])


def test_code_that_does_not_exist_is_named() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"learnloop\.astrology"):
        hash_code(["learnloop.astrology"])


def events(*rows: tuple[str, str, str]) -> ibis.Table:
    table = pd.DataFrame(rows, columns=["student_id", "verb", "received_at"])
    moment = pd.Timestamp("2025-09-01T10:00:00.000001", tz="UTC").as_unit("us")
    return ibis.memtable(table.assign(occurred_at=moment, skill_ids=[["a", "b"]] * len(rows)))


def test_events_hash_the_same_in_any_order_and_whenever_they_arrived() -> None:
    one = events(("s1", "read", "monday"), ("s2", "posted", "monday"))
    two = events(("s2", "posted", "friday"), ("s1", "read", "friday"))
    assert hash_events(one) == hash_events(two)


def test_an_event_more_or_another_is_other_data() -> None:
    one = hash_events(events(("s1", "read", "monday")))
    assert one != hash_events(events(("s1", "posted", "monday")))
    assert one != hash_events(events(("s1", "read", "monday"), ("s1", "read", "monday")))


def test_a_table_hashes_the_same_in_any_order_of_rows_and_columns() -> None:
    table = pd.DataFrame({"a": [1, 2], "b": [["x"], []]})
    assert hash_tables([table]) == hash_tables([table.iloc[::-1][["b", "a"]]])
    assert hash_tables([table]) != hash_tables([table.assign(a=[1, 3])])
