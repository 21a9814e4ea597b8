"""Every measurement finds what it names: nobody runs them all when a name changes."""

import importlib
import pkgutil

import pytest

import bench

# They stand for other people's services, and live in environments of their own.
OTHERS = {"bench.service.hash_service", "bench.classifier.paper_worker"}
NAMES = sorted(
    module.name
    for module in pkgutil.walk_packages(bench.__path__, "bench.")
    if module.name != "bench.__main__"
)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in NAMES if name not in OTHERS])
def test_each_measurement_can_be_imported(name: str) -> None:
    assert importlib.import_module(name).__doc__
