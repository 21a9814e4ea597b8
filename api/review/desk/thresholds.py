"""The lines in force, for drawing scores and for the order that is about them."""

from sqlalchemy.exc import SQLAlchemyError

from api.review.desk.queue_address import lines_of
from api.review.frame.review_parts import ModelFacts, ReviewParts
from core.vocabulary import Thresholds
from store.verdicts.standing_policy import StandingPolicy


class LinesInForce:
    """The classifier's own lines, or those that people drew; read anew every few seconds."""

    def __init__(self, parts: ReviewParts, facts: ModelFacts) -> None:
        self._packaged = facts.thresholds
        self._standing = (
            StandingPolicy(parts.database, facts.version, facts.thresholds)
            if facts.version and facts.thresholds
            else None
        )

    def lines(self) -> Thresholds | None:
        """Give the lines; without a classifier there are none."""
        if self._standing is None:
            return self._packaged
        try:
            return self._standing.current().lines
        except SQLAlchemyError:
            return self._packaged  # an error page is drawn too while the database is away

    def doubt(self) -> tuple[float, ...]:
        """Give the scores that the order by doubt is about."""
        return lines_of(self.lines())
