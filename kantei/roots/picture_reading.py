"""The fetcher and the provenance reader, built from the settings."""

from collections.abc import Callable
from functools import partial

from core.settings.settings import Settings
from core.vocabulary import Evidence
from kantei.roots.trust_lists import chosen_texts
from provenance.read import read_provenance
from provenance.shared.trust import TrustList
from worker.outbound.fetch import Fetcher


def make_fetcher(settings: Settings, *, keeps_places: bool = True) -> Fetcher:
    """Build the fetcher that the settings permit.

    All hosts that are slow hold no more than half of a worker's children: the others' pictures go on. The
    workers of a machine share their places at each host through a folder; without it, nothing is written.
    """
    return Fetcher(
        allow=settings.fetch_allow,
        ports=settings.fetch_ports,
        timeout=settings.fetch_timeout,
        max_bytes=settings.max_image_bytes,
        per_host=settings.fetch_per_host,
        per_slow_host=max(1, settings.worker_concurrency // 2),
        slots_dir=settings.data_dir / "hosts" if keeps_places else None,
    )


def trust_list(settings: Settings) -> TrustList | None:
    """The signers that the operator trusts; None if none is named. Errors: `SettingsError`."""
    anchors, allowed = [settings.c2pa_anchors], [settings.c2pa_allowed]
    for file, text in chosen_texts(settings):
        (anchors if file.holds_roots else allowed).append(text)
    found = TrustList(anchors="\n".join(filter(None, anchors)), allowed="\n".join(filter(None, allowed)))
    return found if found.anchors or found.allowed else None


def make_evidence_reader(settings: Settings) -> Callable[[bytes], tuple[Evidence, ...]]:
    """Build the reader of provenance that the settings describe."""
    return partial(read_provenance, trust=trust_list(settings), max_pixels=settings.max_pixels)
