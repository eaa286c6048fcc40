"""What operators see: lag, verdicts, metrics, the page, rejections and what was done about them."""
