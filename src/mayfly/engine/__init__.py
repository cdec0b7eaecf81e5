"""The only package that opens documents or runs Tesseract; worker processes."""
