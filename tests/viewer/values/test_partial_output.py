from __future__ import annotations

import pytest

from spanglass_viewer.values.partial_output import split_partial_output


def test_a_partial_output_is_taken_out_of_the_metadata() -> None:
    metadata = '{"model":"gpt-5","partial_output":[{"message":{"role":"assistant","content":"Twel"}}]}'
    partial, rest = split_partial_output(metadata)
    assert partial == '[{"message": {"role": "assistant", "content": "Twel"}}]'
    assert rest == '{"model": "gpt-5"}'


@pytest.mark.parametrize("metadata", [None, "{}", '{"model":"x"}', '["partial_output"]', '{"partial_output"'])
def test_other_metadata_stay_as_they_are(metadata: str | None) -> None:
    assert split_partial_output(metadata) == (None, metadata)
