"""The model card: what people wrote stays, what was measured is written anew from the report."""

import re
from typing import Any

from model.judging.markdown import decimal, percent, render_goals, render_mended, signed, table


class CardError(Exception):
    """The card lacks a section that is to be written anew."""


def renew(card: str, report: dict[str, Any], facts: dict[str, Any]) -> str:
    """Write the figures of a report and of `classifier.json` into a card (Markdown).

    The title names the version; the sections `In short`, `Figures on unseen sources`, `By source` and
    `What must stay mended` are replaced, up to the next heading. Errors: `CardError`.
    """
    card = re.sub(r"\A# .*", lambda _: f"# Model card: `{report['model']}`", card)
    card = _replace(card, "In short", _short(report, facts))
    card = _replace(card, "Figures on unseen sources", _figures(report, facts))
    card = _replace(card, "By source", _sources(report))
    return _replace(card, "What must stay mended", "\n".join(render_mended(report)))


def _replace(card: str, heading: str, text: str) -> str:
    pattern = re.compile(rf"(?ms)^## {re.escape(heading)}\n.*?(?=^## |\Z)")
    if not pattern.search(card):
        raise CardError(f"the model card has no section '{heading}'")
    return pattern.sub(lambda _: f"## {heading}\n\n{text}\n\n", card).rstrip() + "\n"


def _short(report: dict[str, Any], facts: dict[str, Any]) -> str:
    lines, overall = facts["thresholds"], report["overall"]
    views = sum(scale["crops"] for scale in facts["views"]["scales"])
    training = facts["training"]
    return (
        f"A score from 0 to 1; `clear` below {lines['clear_below']:.3f}, `flagged` from "
        f"{lines['flagged_from']:.3f}, `uncertain` between. {views} views of {facts['views']['size']} pixels "
        f"a picture, {facts['weights']['bytes'] / 1e6:.1f} MB. Trained on {training['pictures']} pictures of "
        f"{training['owners']} owners (manifest `{training['manifest_sha256'][:16]}`), judged on "
        f"{overall['human']} human and {overall['ai']} generated pictures of owners that are in no training "
        f"picture (manifest `{report['manifest_sha256'][:16]}`)."
    )


def _figures(report: dict[str, Any], facts: dict[str, Any]) -> str:
    rows = {"as they are": report["overall"], **report.get("encodings", {}), **report.get("confounds", {})}
    head = (
        "AUC",
        "AI found at 1 % of humans accused",
        "balanced accuracy at 0.5",
        "ECE",
        "humans flagged",
        "AI flagged",
    )
    cells = [
        (
            name,
            decimal(row["auc"]),
            percent(row["found_at_1_percent"]),
            percent(row["balanced_accuracy"]),
            decimal(row["ece"]),
            percent(row["accused"]),
            percent(row["found"]),
        )
        for name, row in rows.items()
    ]
    overall, unseen = report["overall"], facts["unseen_owners"]
    about = (
        "Intervals are of 95 %, shares by Wilson, areas by Hanley and McNeil, balanced accuracy and ECE by "
        "drawing pictures anew. At the lines as set: humans "
        f"cleared {percent(overall['human_cleared'])}, generated pictures cleared "
        f"{percent(overall['ai_cleared'])}. On unseen owners inside the training split, where the lines were "
        f"set: AUC {decimal(unseen['auc'])}, humans flagged "
        f"{percent(unseen['accused'])}, AI found at 1 % of humans accused "
        f"{percent(unseen['found_at_1_percent'])}."
    )
    text = [*table(("pictures", *head), cells), "", about, "", *render_goals(report)]
    correlations = report["correlations"]
    said = "; ".join(
        f"with {name}: human {signed(values['human'])}, AI {signed(values['ai'])}"
        for name, values in correlations.items()
    )
    return "\n".join([*text, "", f"Rank correlation of the score inside each class, {said}."])


def _sources(report: dict[str, Any]) -> str:
    cells = [
        (row["label"], row["name"], str(row["count"]), percent(row["flagged"]), percent(row["wrong_at_half"]))
        for row in report["tables"]["source"]
    ]
    return "\n".join(table(("label", "source", "pictures", "flagged", "wrong at 0.5"), cells))
