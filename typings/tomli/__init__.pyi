"""What we use of tomli; its wheel is compiled and brings no types."""

from typing import Any

class TOMLDecodeError(ValueError): ...

def loads(s: str, /) -> dict[str, Any]: ...
