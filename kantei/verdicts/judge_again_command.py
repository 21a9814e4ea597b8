"""`kantei judge-again`: judge open cases anew after the model or the policy changed."""

import click

from core.broker.bell import CALLBACKS_DUE
from core.clock import now
from core.settings.settings import read_settings
from kantei.roots.examiner import make_examiner
from store.verdicts.outdated import CaseTakenError, count_outdated, outdated_cases
from store.verdicts.standing_policy import policy_name
from worker.examining.policy import VERSION


@click.command("judge-again")
@click.option("--dry-run", is_flag=True, help="Only count the cases.")
@click.option("--limit", type=click.IntRange(min=1), help="Judge at most this many cases.")
def judge_again(dry_run: bool, limit: int | None) -> None:
    """Judge open cases again whose verdict is from another model or policy.

    Decided cases are left alone, and so is a case that a moderator has open. Clients get `verdict.changed`
    where the finding or label changes. If you stop this command, run it again to go on.
    """
    examiner = make_examiner(read_settings())
    model, policy = examiner.classifier.version, policy_name(VERSION, examiner.policy.current().number)
    with examiner.database.reading() as session:
        waiting = count_outdated(session, model, policy)
    click.echo(
        f"open cases with a verdict from another model or policy: {waiting} (now {model}, policy {policy})"
    )
    if dry_run:
        return
    judged = changed = unreadable = taken = 0
    for sha256, before in outdated_cases(examiner.database, model, policy, at=now()):
        if judged + unreadable == limit:
            break
        try:
            finding = examiner.judge_again(sha256)
        except CaseTakenError:
            taken += 1
            continue
        if finding is None:
            click.echo(f"{sha256}: the image file is missing or cannot be decoded", err=True)
            unreadable += 1
            continue
        judged += 1
        changed += finding is not before
    if changed:
        examiner.bell.ring(CALLBACKS_DUE)
    click.echo(
        f"cases judged again: {judged}, with another finding: {changed}, unreadable: {unreadable},"
        f" opened, decided or erased meanwhile: {taken}"
    )
