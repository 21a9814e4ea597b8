"""What may be wrong with a file or a record in it; none of this leaves the room."""


class ProvenanceError(Exception):
    """Something in the file cannot be read; its text is one sentence for a person."""


class ContainerError(ProvenanceError):
    """The file is not a picture of a format that we walk through, or breaks off too early."""


class RecordError(ProvenanceError):
    """A record is malformed: it says nothing, neither for nor against anybody."""


class TooMuchError(RecordError):
    """A record is larger, deeper or more numerous than we read."""
