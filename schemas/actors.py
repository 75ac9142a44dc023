"""The table of actors: everyone who speaks, wants, acts or is spoken of."""

import pandas as pd

from schemas.countries import COUNTRY_CODES
from schemas.vocabularies import ACTOR_TYPE
from stancebook import Category, Codebook, Pattern, Tables, categorical, foreign_key, primary_key, row_rule, text

ISO3 = Pattern(r"[A-Z]{3}", "the three capital letters of ISO 3166-1 alpha-3, such as 'UKR'")
WIKIDATA = Pattern(r"Q[1-9][0-9]*", "a Wikidata item, such as 'Q212'")


def root_of_parents(tables: Tables) -> "pd.Series[str]":
    """Return, for each actor, the actor at the top of its chain of parents: itself if it has none."""
    actors = tables["actors"]
    parent: dict[str, str] = dict(zip(actors["actor_id"], actors["parent_id"], strict=True))

    roots: dict[str, str] = {}
    for actor in parent:
        chain, top = dict[str, None](), actor
        while top not in roots and top not in chain:
            chain[top] = None
            top = above if pd.notna(above := parent.get(top)) else top
        end = roots.get(top, top)
        roots.update(dict.fromkeys(chain, end))
    return actors["actor_id"].map(roots).astype("str")


class Actors(Codebook):
    """One person, office, state, body, group or unnamed source, as distinct from all it belongs to."""

    actor_id: str = primary_key("Slug of the actor.")
    name: str = text("The name it goes by in this dataset.")
    actor_type: Category = categorical(ACTOR_TYPE, "What kind of actor it is.")
    parent_id: str = foreign_key("actors", "The actor it belongs to or speaks and acts for.", nullable=True)
    principal_id: str = foreign_key(
        "actors", "The actor at the top of the chain of parents; itself if none.", compute=root_of_parents
    )
    iso3: str = text("ISO 3166-1 alpha-3 code of a state.", title="ISO 3166-1 code", nullable=True, pattern=ISO3)
    wikidata_id: str = text(
        "Wikidata item, if someone has verified it.", title="Wikidata item", nullable=True, pattern=WIKIDATA
    )
    description: str = text("Who or what it is, as far as the texts say, and what it must not be confused with.")

    @row_rule("iso3")
    def iso3_is_assigned(cls, df: pd.DataFrame) -> "pd.Series[bool]":
        """ISO 3166-1 has no such code: look up that of the state. XKX stands for Kosovo, withdrawn codes such as YUG
        for states of the past."""
        return df["iso3"].isna() | df["iso3"].isin(COUNTRY_CODES)
