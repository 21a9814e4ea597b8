"""The model card: written text stays, measured figures are updated from the report."""

import re
from typing import Any

from model.judging.markdown import (
    decimal,
    percent,
    render_figures,
    render_goals,
    render_groups,
    render_mended,
    signed,
)


class CardError(Exception):
    """The card lacks a section that is to be updated."""


def renew(card: str, report: dict[str, Any], facts: dict[str, Any]) -> str:
    """Write the figures of a report and of `classifier.json` into a card (Markdown).

    The title names the version; the sections `In short`, `Figures on unseen sources`, `By source` and
    `What must stay mended` are replaced, up to the next heading. Errors: `CardError`.
    """
    card = re.sub(r"\A# .*", lambda _: f"# Model card: `{report['model']}`", card)
    card = _replace(card, "In short", _short(report, facts))
    card = _replace(card, "Figures on unseen sources", _figures(report, facts))
    card = _replace(card, "By source", "\n".join(render_groups(report["tables"]["source"])))
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
    text = [*render_figures(report, count=6), "", about, "", *render_goals(report)]
    correlations = report["correlations"]
    said = "; ".join(
        f"with {name}: human {signed(values['human'])}, AI {signed(values['ai'])}"
        for name, values in correlations.items()
    )
    return "\n".join([*text, "", f"Rank correlation of the score inside each class, {said}."])
