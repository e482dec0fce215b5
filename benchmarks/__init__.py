"""How fast and how large this version is, beside a plain model that follows the same rules."""
