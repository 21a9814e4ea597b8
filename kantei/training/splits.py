"""Choosing the pictures of a split."""

from model.data.samples import Sample, SamplesError


def of_split(samples: list[Sample], split: str | None) -> list[Sample]:
    """Take the samples of a split, or all where none is named or the data has no splits.

    Errors: `SamplesError`, also where files are not there: better now than after an hour.
    """
    chosen = samples
    if split is not None and any(sample.split for sample in samples):
        chosen = [sample for sample in samples if sample.split == split]
    if not chosen:
        raise SamplesError(f"the manifest has no split {split!r}")
    lost = [sample for sample in chosen if not sample.path.is_file()]
    if lost:
        raise SamplesError(f"{len(lost)} of {len(chosen)} pictures are missing; the first is {lost[0].path}")
    return chosen
