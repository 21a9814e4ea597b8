"""Services of others that can be asked about one picture, such as OpenAI's content provenance check."""

from dataclasses import dataclass, field

# developers.openai.com/api/docs/guides/content-provenance
OPENAI = "https://api.openai.com/v1/content_provenance_checks"
# What such a service takes: our names of the formats, and the types to send them as.
SENT_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class OutsideService:
    """A service by the name that moderators read, its address and our key there."""

    name: str
    url: str
    key: str = field(default="", repr=False)
