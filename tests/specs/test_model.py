"""The base of all specs: what a copy is changed by must be a field, and a text must stand in both languages."""

import pytest
from pydantic import ValidationError

from specs.guide import OmissionReason
from specs.text import LocalizedText

REASON = OmissionReason(id="one", because=LocalizedText(en="why", zh="原因"))


def test_a_copy_is_changed_by_fields_alone() -> None:
    assert REASON.model_copy(update={"id": "two"}).id == "two"
    with pytest.raises(KeyError, match="omitted"):
        REASON.model_copy(update={"omitted": "two"})


@pytest.mark.parametrize("because", [{"en": "why", "zh": " "}, {"en": "", "zh": "原因"}])
def test_a_text_that_one_language_lacks_is_refused(because: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="both `en` and `zh`"):
        OmissionReason.model_validate({"id": "one", "because": because})
