"""Drafts of files in the forms of public data: event time, key and every doubt that a user must know of."""

from pathlib import Path

import pytest

from drafting.draft import draft
from tests.unit.drafting.forms.form import Form
from tests.unit.drafting.forms.table import FORMS
from warehouse.contract.file import load_contract
from warehouse.errors import ContractError


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_draft_of_a_form_claims_what_is_right_and_names_its_doubts(tmp_path: Path, form: Form) -> None:
    paths = [tmp_path / name for name in form.seen]
    for path in paths:
        path.write_bytes(form.files[path.name])
    drafted = draft("things", paths, tmp_path)
    assert (drafted.event_time, tuple(column.name for column in drafted.columns if column.key)) == (
        form.event_time,
        form.key,
    )
    assert [doubt for doubt in form.doubts if not any(doubt in sentence for sentence in drafted.unsure)] == []
    if form.event_time:
        contract = load_contract("things", tmp_path)
        assert (contract.event_time, contract.reject_threshold) == (form.event_time, 0.01)
    else:
        with pytest.raises(ContractError, match="eventTime is missing"):
            load_contract("things", tmp_path)
