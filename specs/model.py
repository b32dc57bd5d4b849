"""The one base of all models that people's text is read into.

Frozen, because a spec that changes after it was checked is a spec nobody checked; unknown keys are errors, because
a misspelt key that is silently dropped is a wish silently dropped.
"""

from collections.abc import Mapping
from typing import Any, Self, cast

from pydantic import BaseModel, ConfigDict, model_validator

from specs.text import LocalizedText


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's; raises KeyError for a name that is no field, which pydantic would set without a word."""
        unknown = set(update or ()) - set(type(self).model_fields)
        if unknown:
            raise KeyError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
        return super().model_copy(update=update, deep=deep)

    @model_validator(mode="after")
    def _both_languages(self) -> Self:
        for name, value in self:
            texts = cast("tuple[object, ...]", value if isinstance(value, tuple) else (value,))
            if any(isinstance(text, LocalizedText) and not (text.en and text.zh) for text in texts):
                raise ValueError(f"`{name}`: both `en` and `zh` must say something")
        return self
