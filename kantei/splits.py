"""Choose the pictures of a split."""

from model.samples import Sample, SamplesError


def of_split(samples: list[Sample], split: str) -> list[Sample]:
    """Take the samples of a split, or all where the data has no splits. Errors: `SamplesError`."""
    if not any(sample.split for sample in samples):
        return samples
    chosen = [sample for sample in samples if sample.split == split]
    if not chosen:
        raise SamplesError(f"the manifest has no split {split!r}")
    return chosen
