"""Drafts: annotations that a language model proposes; those are kept that the checks of a build accept."""
