"""The one base of all models that people's text is read into.

Frozen, because a spec that changes after it was checked is a spec nobody checked; unknown keys are errors, because
a misspelt key that is silently dropped is a wish silently dropped.
"""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
