"""The table of issues: propositions one can be for or against."""

from schemas.vocabularies import SOFTER, TOPIC
from stancebook import Category, Codebook, categorical, primary_key, text


class Issues(Codebook):
    """One proposition, answerable by for or against."""

    issue_id: str = primary_key("Slug of the issue.")
    label: str = text("A few words to name it by, in a table or a figure.")
    topic: Category = categorical(TOPIC, "What it is about.")
    proposition: str = text("The proposition in one sentence; stances are toward this sentence.")
    softer: Category = categorical(SOFTER, "Which move is a softening.")
