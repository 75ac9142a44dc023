"""Fixtures for questions to the tables of one document, which is the one that a module is named after.

Questions about a document are in the module `test_<doc_id>.py`, with `_` for each `-` and `/`: a new document brings
its own module. Read them as a cookbook: under each question are the pandas code and the document's answer. Fixtures are
tables (`seats` is `format_participants`, `participants` is `event_participants`, `relations` is `event_relations`,
`observations` is `stance_observations`, `members` is `observation_statements`, `changes` is `stance_changes`), two
look-ups (`principal` gives the principal of an actor's id, `actor` the id of an actor's name), and `clashes`.
"""

import pytest

from tests.data.one_document import document_of_module, load_document


@pytest.fixture(scope="module")
def tables(request, tmp_path_factory):
    """The tables of this document alone: other documents of the dataset do not change the answers."""
    return load_document(document_of_module(request.module.__name__), tmp_path_factory.mktemp("document"))


@pytest.fixture
def actors(tables):
    return tables["actors"]


@pytest.fixture
def issues(tables):
    return tables["issues"]


@pytest.fixture
def formats(tables):
    return tables["formats"]


@pytest.fixture
def seats(tables):
    return tables["format_participants"]


@pytest.fixture
def documents(tables):
    return tables["documents"]


@pytest.fixture
def sentences(tables):
    return tables["sentences"]


@pytest.fixture
def mentions(tables):
    return tables["mentions"]


@pytest.fixture
def statements(tables):
    return tables["statements"]


@pytest.fixture
def events(tables):
    return tables["events"]


@pytest.fixture
def participants(tables):
    return tables["event_participants"]


@pytest.fixture
def relations(tables):
    return tables["event_relations"]


@pytest.fixture
def demands(tables):
    return tables["demands"]


@pytest.fixture
def observations(tables):
    return tables["stance_observations"]


@pytest.fixture
def members(tables):
    return tables["observation_statements"]


@pytest.fixture
def changes(tables):
    return tables["stance_changes"]


@pytest.fixture
def principal(actors):
    """The principal of an actor: `principal["dmitry-peskov"]` is "russia"; maps a column, too."""
    return actors.set_index("actor_id")["principal_id"]


@pytest.fixture
def actor(actors):
    """The ids of actors by name; a name that is not in the codebook raises `KeyError`."""
    return actors.set_index("name")["actor_id"]


@pytest.fixture
def clashes(tables):
    """Pairs of principals that are for issues of which not both can, or only one is to, come true."""
    held = tables["stance_observations"].query("level == 'principal' and stance >= 'supports'")
    relations = tables["issue_relations"].query("relation != 'narrower_than'")
    held = held[["issue_id", "holder_id"]].drop_duplicates()
    pairs = relations.merge(held, on="issue_id").merge(held.add_prefix("other_"), on="other_issue_id")
    return pairs[pairs["holder_id"] != pairs["other_holder_id"]]
