"""The table of issues: propositions one can be for or against."""

from schemas.vocabularies import SOFTER, TOPIC
from stancebook.fields import Category, choice, key, text
from stancebook.table import Codebook


class Issues(Codebook):
    """One proposition, answerable by for or against."""

    issue_id: str = key("Slug of the issue.")
    label: str = text("A few words to name it by, in a table or a figure.")
    topic: Category = choice(TOPIC, "What it is about.")
    proposition: str = text("The proposition in one sentence; stances are toward this sentence.")
    softer: Category = choice(SOFTER, "Which move is a softening.")
