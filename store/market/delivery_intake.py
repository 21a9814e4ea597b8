"""What happens to a stored delivery: processed, held by the client's quota, or only recorded."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.clients.quota import Quota
from core.market.listing_news import ListingNews
from store.market.hook_deliveries import end_delivery, hold_delivery
from store.market.listings import take_in
from store.tables.marketplace_tables import HookOutcome
from store.tables.submission_tables import Submission


@dataclass(frozen=True, slots=True)
class StoredDelivery:
    """A delivery that is stored and not taken in yet: its row, and whose it is."""

    id: str
    client_id: str
    quota: Quota | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """What became of a delivery; it stays pending where the quota holds the rest of it."""

    outcome: HookOutcome
    detail: str
    submissions: list[Submission]


def finish_delivery(
    session: Session,
    delivery: StoredDelivery,
    news: ListingNews | None,
    *,
    is_readable: bool,
    detail: str,
    at: datetime,
    sends: int,
) -> DeliveryResult:
    """Take a delivery in and note on its row what became of it.

    Without news, `detail` says why there is none. The first `sends` new submissions count as sent.
    """
    if news is None:
        outcome = HookOutcome.IGNORED if is_readable else HookOutcome.UNREADABLE
        end_delivery(session, delivery.id, outcome, detail)
        return DeliveryResult(outcome, detail, [])
    taken = take_in(
        session,
        delivery.client_id,
        news,
        at=at,
        sends=sends,
        quota=delivery.quota,
        received_at=delivery.received_at,
    )
    detail = taken.describe(news)
    if taken.held and delivery.quota is not None:
        hold_delivery(session, delivery.id, detail, news.listing_id, delivery.quota.ends(at))
        return DeliveryResult(HookOutcome.PENDING, detail, taken.submissions)
    end_delivery(session, delivery.id, HookOutcome.ACCEPTED, detail, news.listing_id)
    return DeliveryResult(HookOutcome.ACCEPTED, detail, taken.submissions)
