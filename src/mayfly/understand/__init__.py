"""Pure: words and boxes in; reading order and text out."""
