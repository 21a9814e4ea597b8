"""The active thresholds: read from the database every few seconds."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from cachetools import TTLCache, cachedmethod
from sqlalchemy import select

from core.vocabulary import Thresholds
from store.base.database import Database
from store.tables.policy_tables import PolicyVersion

# Seconds for which an answer holds; for so long after an approval the old thresholds may still judge.
VALIDITY = 5.0


@dataclass(frozen=True, slots=True)
class Standing:
    """Active thresholds; `number` is their version where people drew them, None for the classifier's own."""

    thresholds: Thresholds
    number: int | None = None


class StandingPolicy:
    """The active thresholds for one model, remembered for a short while; for one thread, or for many."""

    def __init__(
        self,
        database: Database,
        model: str,
        packaged: Thresholds,
        *,
        validity: float = VALIDITY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._model, self._packaged = database, model, packaged
        self._lock = threading.Lock()
        self._known = TTLCache[object, Standing, float](1, validity, clock)

    @cachedmethod(lambda self: self._known, lock=lambda self: self._lock)
    def current(self) -> Standing:
        """The active thresholds. Errors: SQLAlchemyError if they have to be read and cannot be."""
        with self._database.reading() as session:
            row = session.execute(
                select(
                    PolicyVersion.clear_below,
                    PolicyVersion.flagged_from,
                    PolicyVersion.number,
                    PolicyVersion.change_id,
                )
                .where(PolicyVersion.model == self._model)
                .order_by(PolicyVersion.number.desc())
                .limit(1)
            ).one_or_none()
        if row is None:
            return Standing(self._packaged)
        # People set two of the thresholds; from where the pixels bear out a record comes with the model.
        thresholds = replace(self._packaged, clear_below=row.clear_below, flagged_from=row.flagged_from)
        return Standing(thresholds, row.number if row.change_id is not None else None)


def policy_name(rules: str, number: int | None) -> str:
    """Name a policy: the rules for evidence, and the version of the thresholds where people drew them."""
    return rules if number is None else f"{rules}.{number}"
