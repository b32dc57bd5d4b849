"""What all tests share."""

import pytest

from tests.support import broken_backups


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew; review the diff as prose")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    broken_backups.note(items)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if broken_backups.PROPERTY in str(config.getoption("markexpr")):
        for line in broken_backups.table(terminalreporter.stats):
            terminalreporter.write_line(line)
