"""A few of the scenarios of `script/chaos`, in their short form."""

from collections.abc import Iterator

import pytest

from tests.chaos import hosts, outages
from tests.chaos.ground import Ground, MissingError, ground
from tests.chaos.report import Scenario
from tests.services import leave_out


@pytest.fixture(scope="module")
def servers() -> Iterator[Ground]:
    """Start a PostgreSQL and a Redis that may be killed."""
    try:
        with ground(seed=7, is_short=True) as made:
            yield made
    except MissingError as error:
        leave_out(error.service, str(error))


@pytest.mark.postgresql
@pytest.mark.redis
@pytest.mark.parametrize("scenario", [outages.database, outages.clock, hosts.hosts])
def test_nothing_is_lost_or_stored_wrong(scenario: Scenario, servers: Ground) -> None:
    try:
        report = scenario(servers)
    except MissingError as error:
        if error.service:
            leave_out(error.service, str(error))
        pytest.skip(str(error))
    # How long it took is for a quiet machine to say.
    assert report.figures["accepted"] > 0
    assert report.problems == []
