"""What all tests share."""

from collections.abc import Generator

import pytest

from tests.support import broken_backups, conditions


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew; review the diff as prose")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-golden"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    broken_backups.note(items)
    conditions.note(items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    conditions.skipped_is_failed(item, report)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for about in (broken_backups, conditions):
        if about.PROPERTY in str(config.getoption("markexpr")):
            for line in about.table(terminalreporter.stats):
                terminalreporter.write_line(line)
