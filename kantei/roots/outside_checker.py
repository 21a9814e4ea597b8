"""The real parts of checks by services of others."""

from core.settings.settings import Settings
from kantei.roots.joining import open_bell, open_blobs, open_database
from worker.desk.outside_check import OutsideChecker
from worker.outbound.post import Poster
from worker.tasks import lease


def make_outside_checker(settings: Settings) -> OutsideChecker:
    """Join what sends pictures to services; called once in a worker process, when it is first asked."""
    return OutsideChecker(
        database=open_database(settings),
        blobs=open_blobs(settings),
        poster=Poster(
            allow=settings.fetch_allow,
            ports=settings.fetch_ports,
            timeout=settings.fetch_timeout,
            slots_dir=settings.data_dir / "outside",
        ),
        services={one.name: one for one in settings.services_with_keys},
        bell=open_bell(settings),
        lease=lease(settings.fetch_timeout),
    )
