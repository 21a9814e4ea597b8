"""Decisions whose time for undo is over."""

from datetime import timedelta

from core.clock import now
from core.market.strike_rules import StrikeRules
from store.base.database import Database
from store.desk.decisions import UNDOABLE
from store.desk.reporting import STEP, report_decisions


def report(database: Database, *, after: timedelta = UNDOABLE) -> int:
    """Report what is due so long from now, as the notifier will; return how many decisions."""
    count, done = 0, STEP
    while done == STEP:
        with database.writing() as session:
            done = report_decisions(session, now() + after, StrikeRules())
        count += done
    return count
