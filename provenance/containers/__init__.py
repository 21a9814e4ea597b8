"""Image file formats and the records in them."""
