"""Whatever strangers send is read or refused, and nothing else: the short form of `tests.fuzzing`."""

import warnings

import pytest

from tests.fuzzing import TARGETS, run


@pytest.mark.parametrize("name", TARGETS)
def test_mutants_are_read_or_refused(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # decoders warn of what they mend
        warnings.simplefilter("ignore", ResourceWarning)  # werkzeug leaves half a file to the collector
        report = run(name, 600, seed=7)
    assert report.faults == []
