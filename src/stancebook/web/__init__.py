"""Pages for the browser: the reading view of a corpus."""
