"""One callback URL as five clients might write it."""

ONE = "https://shop.example/hook"
SPELLINGS = (
    ONE,
    "HTTPS://Shop.Example:443/hook",
    "https://shop.example./hook",
    f"{ONE}#1",
    f"{ONE}#2",
)
