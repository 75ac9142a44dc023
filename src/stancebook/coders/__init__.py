"""Several codings of one text: their rows aligned, and how far they agree."""
