"""Heat maps, made on request."""

import logging

from model.serving.picture import PictureError, decode_picture
from store.tables.case_tables import Verdict
from store.verdicts.images import heatmap_name
from worker.examining.examine import Examiner

log = logging.getLogger(__name__)


def paint_heatmap(examiner: Examiner, verdict_id: str) -> None:
    """Paint where the classifier looked, keep it beside the image, and wake who waits.

    Only the model that gave the verdict can say what it rests on: where another is loaded by now,
    or the bytes were purged, nothing is painted.
    """
    with examiner.database.reading() as session:
        verdict = session.get(Verdict, verdict_id)
    if verdict is None or verdict.model != examiner.classifier.version:
        return
    try:
        data = examiner.blobs.get(verdict.image_sha256)
        picture = decode_picture(
            data, max_pixels=examiner.max_pixels, looks_native=examiner.classifier.looks_native
        )
    except (KeyError, PictureError):
        log.warning("heat map not made for verdict %s: image bytes not stored", verdict_id)
        return
    heat = examiner.classifier.heatmap(picture)
    examiner.blobs.put_as(verdict.image_sha256, heatmap_name(verdict_id), heat)
    examiner.bell.ring(verdict_id)
