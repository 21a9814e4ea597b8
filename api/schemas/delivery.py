"""What a marketplace's own code sends to its inbox; described here, read in `marketplace/dialects.py`.

Fields that are not named here are ignored, and an image may also be its address alone.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.examples import DELIVERY
from core.declarations import Declared


class DeliveredImage(BaseModel):
    """An image of the listing. Entries with the same `id` and `url` are the same image."""

    url: str
    id: str | None = Field(None, description="Your own id for the image.")


class DeliveredListing(BaseModel):
    """A listing as it is now."""

    listing_id: str = Field(min_length=1, max_length=255, description="Your own id for the listing.")
    title: str | None = None
    url: str | None = Field(None, description="URL of the listing's page.")
    seller: str | None = None
    declared: Declared | None = Field(
        None,
        description="What the seller says of how the images were made. Null changes nothing. "
        "It never moves a score.",
    )
    images: list[DeliveredImage] | None = Field(
        None,
        max_length=500,
        description="All images of the listing. Images that are missing from the list are shown as "
        "removed; null changes nothing.",
    )


class Delivery(BaseModel):
    """News about a listing, signed with Standard Webhooks."""

    model_config = ConfigDict(json_schema_extra={"examples": [DELIVERY]})

    type: Literal["listing.created", "listing.updated", "listing.deleted"]
    timestamp: datetime | None = Field(None, description="When this change happened, by your clock.")
    data: DeliveredListing


class ShopProduct(BaseModel):
    """The product as Shopify or WooCommerce sends it."""

    model_config = ConfigDict(extra="allow")
