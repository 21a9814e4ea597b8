"""The headline of a verdict: one sentence that names what the finding rests on, for each kind of reader."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from core.sayings.codes import Clause, Headline
from core.sayings.saying import Saying, say
from core.vocabulary import Basis, EvidenceKind, Finding, Grade, Label

Evidence = Sequence[Mapping[str, Any]]


class Audience(StrEnum):
    """Who reads a headline."""

    MODERATOR = "moderator"
    ARTIST = "artist"
    READER = "reader"


def basis_of(basis: Basis, evidence: Evidence) -> Basis:
    """What a finding rests on, also where an older version recorded no more than `evidence`."""
    if basis is not Basis.EVIDENCE:
        return basis
    if any(item["grade"] == Grade.PROOF for item in evidence):
        return Basis.PROOF
    if any(item["kind"] == EvidenceKind.KNOWN_IMAGE for item in evidence):
        return Basis.KNOWN_IMAGE
    return Basis.DECLARED


def is_borne_out(finding: Finding, basis: Basis, evidence: Evidence) -> bool:
    """True if the pixels bear out a record that is not signed.

    Earlier versions flagged a picture for such a record alone: there the pixels' own label tells.
    """
    return finding is Finding.FLAGGED and (basis is Basis.DECLARED or _pixels_label(evidence) == Label.AI)


def headline(audience: Audience, finding: Finding, basis: Basis, evidence: Evidence) -> Saying:
    """The headline for a stored verdict; `evidence` as rows and answers hold it."""
    rests_on = basis_of(basis, evidence)
    code = _CODES[audience](finding, rests_on, is_borne_out(finding, basis, evidence), evidence)
    if code in {Headline.MODERATOR_PROVED, Headline.ARTIST_PROVED}:
        proofs = (item for item in evidence if item["grade"] == Grade.PROOF and item["label"] == Label.AI)
        maker = next((item["generator"] for item in proofs if item["generator"]), None)
        return say(code, maker=maker or say(Clause.UNNAMED_GENERATOR))
    if code is Headline.MODERATOR_NEAR_COPY:
        return say(code, label=say(_DECIDED[finding]))
    return say(code)


def tone(finding: Finding, basis: Basis, evidence: Evidence) -> str:
    """The colour and word that go with a headline: the finding, or `declared` where only the file says so."""
    is_declared = basis_of(basis, evidence) is Basis.DECLARED and not is_borne_out(finding, basis, evidence)
    return "declared" if is_declared else finding.value


def _moderator(finding: Finding, basis: Basis, is_borne_out: bool, evidence: Evidence) -> Headline:  # noqa: FBT001  # one of four tables
    if basis is Basis.PARTLY_GENERATED:
        return Headline.MODERATOR_PARTLY_GENERATED
    if basis is Basis.DECLARED:
        if is_borne_out:
            return Headline.MODERATOR_DECLARED_AND_PIXELS
        if _pixels_label(evidence) == Label.HUMAN:
            return Headline.MODERATOR_DECLARED_NOT_PIXELS
        return Headline.MODERATOR_DECLARED_UNDECIDED
    if finding is Finding.UNCERTAIN:
        if basis is Basis.KNOWN_IMAGE and _is_near_assisted(evidence):
            return Headline.MODERATOR_NEAR_COPY
        return Headline.MODERATOR_UNSTABLE if basis is Basis.UNSTABLE else Headline.MODERATOR_UNCERTAIN
    if basis is Basis.KNOWN_IMAGE:
        return Headline.MODERATOR_NEAR_COPY
    if finding is Finding.FLAGGED:
        return Headline.MODERATOR_PROVED if basis is Basis.PROOF else Headline.MODERATOR_FLAGGED
    return Headline.MODERATOR_PROVED_HUMAN if basis is Basis.PROOF else Headline.MODERATOR_CLEAR


def _artist(finding: Finding, basis: Basis, is_borne_out: bool, _: Evidence) -> Headline:  # noqa: FBT001  # the same
    if basis is Basis.PARTLY_GENERATED:
        return Headline.ARTIST_PARTLY_GENERATED
    if finding is Finding.UNCERTAIN or (basis is Basis.DECLARED and not is_borne_out):
        return Headline.ARTIST_DECLARED if basis is Basis.DECLARED else Headline.ARTIST_UNCERTAIN
    if basis is Basis.KNOWN_IMAGE:
        return Headline.ARTIST_NEAR_COPY
    if finding is Finding.FLAGGED:
        return Headline.ARTIST_PROVED if basis is Basis.PROOF else Headline.ARTIST_FLAGGED
    return Headline.ARTIST_CLEAR


def _reader(finding: Finding, basis: Basis, is_borne_out: bool, _: Evidence) -> Headline:  # noqa: FBT001  # the same
    if basis is Basis.PARTLY_GENERATED:
        return Headline.READER_PARTLY_GENERATED
    if basis is Basis.DECLARED:
        return Headline.READER_DECLARED_AND_PIXELS if is_borne_out else Headline.READER_DECLARED
    if finding is Finding.UNCERTAIN:
        return Headline.READER_UNCERTAIN
    if basis is Basis.KNOWN_IMAGE:
        return Headline.READER_NEAR_COPY
    if finding is Finding.FLAGGED:
        return Headline.READER_PROVED if basis is Basis.PROOF else Headline.READER_FLAGGED
    return Headline.READER_PROVED_HUMAN if basis is Basis.PROOF else Headline.READER_CLEAR


_CODES = {Audience.MODERATOR: _moderator, Audience.ARTIST: _artist, Audience.READER: _reader}


# What a person decided on the near copy that a finding rests on.
_DECIDED = {
    Finding.CLEAR: Clause.DRAWN,
    Finding.UNCERTAIN: Clause.AI_ASSISTED,
    Finding.FLAGGED: Clause.GENERATED,
}


def _is_near_assisted(evidence: Evidence) -> bool:
    """True if a person decided that a near copy is partly generated, and no one said anything else."""
    known = [item for item in evidence if item["kind"] == EvidenceKind.KNOWN_IMAGE]
    return {item["label"] for item in known if item["grade"] == Grade.DECLARED} == {None}


def _pixels_label(evidence: Evidence) -> str | None:
    return next((item["label"] for item in evidence if item["kind"] == EvidenceKind.PIXELS), None)
