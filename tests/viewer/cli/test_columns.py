from __future__ import annotations

from spanglass_viewer.cli.columns import lay_out_columns

ROWS = [("id", "name", "n"), ("1", "a name of some length", "12,000"), ("2", "名前", "3")]


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert lay_out_columns(ROWS, {2}) == [
        "id  name                        n",
        "1   a name of some length  12,000",
        "2   名前                        3",
    ]


def test_the_widest_text_is_cut_where_there_is_no_room() -> None:
    assert lay_out_columns(ROWS, {2}, width=24) == [
        "id  name               n",
        "1   a name of s…  12,000",
        "2   名前               3",
    ]
    assert lay_out_columns(ROWS, {2}, width=1)[1] == "1   a nam…  12,000", "what is left is readable"
