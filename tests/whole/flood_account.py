"""What a flood came to, read from the rows themselves."""

import statistics
from collections.abc import Mapping

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from core.settings.settings import read_settings
from core.vocabulary import State
from kantei.roots.joining import open_database
from store.tables.case_tables import Image, Verdict
from store.tables.marketplace_tables import ClientEvent
from store.tables.submission_tables import Submission


def is_whole(report: dict[str, object]) -> bool:
    """True if nothing was lost or doubled."""
    wrong = ("not_examined", "images_without_exactly_one_verdict", "events_lost", "forged")
    return report["submissions"] == report["images"] == report["events"] and not any(
        report[name] for name in wrong
    )


def count_left(environ: dict[str, str], client_id: str, total: int) -> int:
    """Count what is not examined yet, of all that was and will be sent."""
    database = open_database(read_settings(environ))
    query = select(func.count()).where(Submission.client_id == client_id, Submission.state == State.EXAMINED)
    try:
        with database.reading() as session:
            return total - (session.scalar(query) or 0)
    except SQLAlchemyError:
        return total
    finally:
        database.close()


def count_rows(environ: dict[str, str], client_id: str, heard: Mapping[str, int]) -> dict[str, object]:
    """Read the rows themselves."""
    database = open_database(read_settings(environ))
    own = Submission.client_id == client_id
    with database.reading() as session:
        states = dict(
            session.execute(
                select(Submission.state, func.count()).where(own).group_by(Submission.state)
            ).all()
        )
        images = select(Submission.image_sha256).where(own, Submission.image_sha256.is_not(None)).distinct()
        verdicts = session.execute(
            select(Image.sha256, func.count(Verdict.id))
            .outerjoin(Verdict, Verdict.image_sha256 == Image.sha256)
            .where(Image.sha256.in_(images))
            .group_by(Image.sha256)
        ).all()
        events = session.execute(
            select(ClientEvent.id, ClientEvent.position).where(ClientEvent.client_id == client_id)
        ).all()
    database.close()
    return {
        "submissions": sum(states.values()),
        "not_examined": sum(count for state, count in states.items() if state is not State.EXAMINED),
        "images": len(verdicts),
        "images_without_exactly_one_verdict": sum(count != 1 for _, count in verdicts),
        "events": len(events),
        "events_lost": sum(event_id not in heard for event_id, _ in events),
        "sequence_without_gap": sorted(place or 0 for _, place in events) == list(range(1, len(events) + 1)),
    }


def spread_of(times: list[float]) -> dict[str, float]:
    """The median and the maximum of some times, in seconds."""
    if not times:
        return {}
    return {"median": round(statistics.median(times), 3), "worst": round(max(times), 3), "n": len(times)}
