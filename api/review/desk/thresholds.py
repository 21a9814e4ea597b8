"""The active thresholds, for drawing scores and for the order by distance to them."""

from dataclasses import replace

from flask import request
from sqlalchemy.exc import SQLAlchemyError

from api.http.parts import ApiParts, parts, shared
from api.review.desk.queue_address import read_wanted, scores_of
from api.review.frame.blueprint import review
from api.review.frame.guard import me
from api.review.frame.permissions import queues_of
from core.vocabulary import Thresholds
from store.desk.queue_filter import QueueFilter
from store.queues.named_queues import find_queue
from store.verdicts.standing_policy import StandingPolicy


class ThresholdsInForce:
    """The classifier's own thresholds, or those that people set; read every few seconds."""

    def __init__(self, parts: ApiParts) -> None:
        facts = parts.facts
        self._packaged = facts.thresholds
        self._standing = (
            StandingPolicy(parts.database, facts.version, facts.thresholds)
            if facts.version and facts.thresholds
            else None
        )

    def read(self) -> Thresholds | None:
        """The active thresholds, or None without a classifier."""
        if self._standing is None:
            return self._packaged
        try:
            return self._standing.current().thresholds
        except SQLAlchemyError:
            return self._packaged  # an error page is drawn too while the database is away


def thresholds_in_force() -> Thresholds | None:
    """The thresholds by which new pictures are judged now; None without a classifier."""
    return shared(ThresholdsInForce).read()


def asked_filter() -> QueueFilter:
    """The queue that this request's address asks for, with the rule of a named one."""
    wanted = read_wanted(request.args, thresholds=scores_of(thresholds_in_force()))
    if wanted.queue_id is None:
        return wanted
    with parts().database.reading() as session:
        queue = find_queue(session, wanted.queue_id, member_id=queues_of(me()))
    return replace(wanted, rule=read_wanted(queue.rule)) if queue is not None else wanted


@review.app_context_processor
def know_thresholds() -> dict[str, object]:
    """Thresholds for drawing scores in templates."""
    return {"thresholds": thresholds_in_force()}
