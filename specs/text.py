"""The one base of all models that people's text is read into.

Frozen, because a spec that changes after it was checked is a spec nobody checked; unknown keys are errors, because
a misspelt key that is silently dropped is a wish silently dropped.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, model_validator

Lang = Literal["en", "zh"]


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Worded(Model):
    """One thing said in both languages: `because = { en = "…", zh = "…" }`."""

    en: str
    zh: str

    @model_validator(mode="after")
    def _says_something(self) -> "Worded":
        if not self.en or not self.zh:
            raise ValueError("both `en` and `zh` must say something")
        return self
