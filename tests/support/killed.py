"""A kill, as the tests make one at a failpoint."""


class Killed(BaseException):
    """No `except Exception` may catch it: a kill is not caught either."""


def die(point: str, passed: str) -> None:
    """For `failpoints.hooked`: killed at this point and at no other."""
    if passed == point:
        raise Killed
