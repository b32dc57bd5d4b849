"""What a site adds to the desired state in cluster.toml: facts of its own (`[[expect]]`), and findings that it waives
for a time (`[[waive]]`). Both say why."""

from datetime import date

from pydantic import Field, model_validator

from specs.model import Model

FactFields = dict[str, bool | int | str | tuple[str, ...]]


class SiteExpectation(Model):
    """One fact on some hosts: `fact = { kind = "unit.active", unit = "keepalived.service" }`."""

    fact: FactFields
    hosts: tuple[str, ...] = ()
    """Addresses as in install.config; without any, every host."""
    value: bool | int | str | None = None
    absent: bool = False
    """In the place of `value`: it must not be there."""
    because: str = Field(min_length=1)

    @model_validator(mode="after")
    def _one_of_both(self) -> "SiteExpectation":
        if (self.value is None) is not self.absent:
            raise ValueError("either `value` or `absent = true`")
        return self


class Waiver(Model):
    """A finding that does not count until a date, by the id that `diff -o json` shows for it."""

    fact: str = Field(min_length=1)
    until: date
    """The last day on which it holds, by the date of the machine that bkrec runs on."""
    because: str = Field(min_length=1)
