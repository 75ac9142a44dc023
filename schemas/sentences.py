"""The table of the sentences of all texts."""

from stancebook import Sentence


class Sentences(Sentence):
    """A sentence of a text, with the paragraph and the heading that it stands under."""
