"""Choosing the pictures of a split."""

from pathlib import Path

from model.data.samples import Sample, SamplesError, read_samples

JUDGED = "test"  # the split that what is published is judged on, and nothing is learned from


def of_split(samples: list[Sample], split: str) -> list[Sample]:
    """Take the samples of a split, or all where the data has no splits.

    Errors: `SamplesError`, also where files are not there: better now than after an hour.
    """
    chosen = samples
    if any(sample.split for sample in samples):
        chosen = [sample for sample in samples if sample.split == split]
    if not chosen:
        raise SamplesError(f"the manifest has no split {split!r}")
    lost = [sample for sample in chosen if not sample.path.is_file()]
    if lost:
        raise SamplesError(f"{len(lost)} of {len(chosen)} pictures are missing; the first is {lost[0].path}")
    return chosen


def check_judgeable(data: Path, learned: str) -> None:
    """Refuse to publish what would be judged on pictures that it learned from. Errors: `SamplesError`."""
    samples = read_samples(data)
    if learned == JUDGED or not any(sample.split for sample in samples):
        raise SamplesError(
            f"{data}: --publish needs one split to train on and another, {JUDGED!r}, to evaluate on. "
            "Without them, train first and then use `kantei export --run`"
        )
    of_split(samples, JUDGED)
