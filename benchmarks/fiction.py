"""An invented quarrel over a strait: who takes part, what they say of it, and how a coder would code each sentence.

Data alone; `corpora.py` fills it in. Between angle brackets stands what is drawn anew for each sentence, `<br>` for
the place where a source may break its line. A sentence stands at most a few times in one text, and each time its
`<thing>` and its `<who>` are others: so every quote that holds one of them has one place, whatever else is drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# ── Codebook ──────────────────────────────────────────────────────────────────────────────────────

# Country → its id as an actor, its capital, and the ISO 3166-1 code of a territory where nobody lives for long.
STATES = {
    "Northmark": ("northmark", "Halden", "BVT"),
    "Southmark": ("southmark", "Sorrel", "HMD"),
    "Estmere": ("estmere", "Merrin", "SGS"),
    "Norrøya": ("norroya", "Sølvang", "UMI"),
    "Côte-Sauvage": ("cote-sauvage", "Saint-Élan", "ATF"),
    "Kestovia": ("kestovia", "Кестов", "IOT"),
    "Dvarėnia": ("dvarenia", "Vėjgrad", "CXR"),
    "Brannoch Isles": ("brannoch-isles", "Cladach Mòr", "ATA"),
}

TITLES = (
    "President",
    "Foreign Minister",
    "Defence Minister",
    "Chief Negotiator",
    "Special Envoy",
    "Government Spokeswoman",
)

# Country → who holds these posts there, in this order.
PEOPLE = {
    "Northmark": ("Edda Farrow", "Anna Hale", "Ruben Stoke", "Mira Aldous", "Tom Quillon", "Ines Harl"),
    "Southmark": ("Otto Breck", "Clara Venn", "Jonas Pell", "Ada Morrow", "Felix Trane", "Lena Osk"),
    "Estmere": ("Hugo Merrick", "Paula Iden", "Noel Castor", "Greta Lorne", "Simon Wace", "Tilda Rooke"),
    "Norrøya": ("Bjørn Ås", "Sølvi Grønn", "Åge Hjelmø", "Turið Lækre", "Øyvar Næss", "Ingrið Skår"),
    "Côte-Sauvage": ("Émile Garçin", "Zoë Périlleux", "Noël D’Aurêt", "Maëlle Côtier", "Loïc Brévant", "Héloïse Aûtry"),
    "Kestovia": (
        "Олена Гайдарко",
        "Сергій Бондурний",
        "Ярина Ковшенко",
        "Тарас Їжевський",
        "Любов Ґалаган-Чорна",
        "Юрій Ємцевич",
    ),
    "Dvarėnia": ("Ąžuolas Vėjys", "Živilė Šermukšnė", "Юлия Объездная", "Фёдор Щукарёв", "Ėglė Žuvė", "Игнат Эльмов"),
    "Brannoch Isles": (
        "Ruaridh MacÒran",
        "Mòrag Sgitheil",
        "Iain Dùghlach",
        "Eilidh Ròis",
        "Calum Fiùrd",
        "Ciorstaidh Bàn",
    ),
}

# Name → its id as an actor, what kind of actor it is, and what it is.
ORGANISATIONS = {
    "the Port League": ("port-league", "alliance", "The league of ports that are bound to defend each other."),
    "the Strait Council": (
        "strait-council",
        "intergovernmental_organization",
        "The council of the states along the strait.",
    ),
    "the River Commission": (
        "river-commission",
        "intergovernmental_organization",
        "The body that keeps the fairways open.",
    ),
    "the Conference of Isles": (
        "conference-of-isles",
        "intergovernmental_organization",
        "The yearly meeting of the island states.",
    ),
}

# Name → its id as an actor, and what it is.
FACTIONS = {
    "the Ferry Workers’ Party": ("ferry-workers-party", "The party of those who work on the water."),
    "the List for the Locks": ("list-for-the-locks", "A list of candidates who want the locks open."),
    "Партія Маяка": ("partiya-mayaka", "A party that has seats in several parliaments."),
}

UNNAMED = {
    "analysts": ("Analysts", "Whoever the texts call analysts."),
    "officials": ("Officials", "Officials whom the texts do not name."),
    "reports": ("Reports", "Reports whose origin the texts do not name."),
    "a-leak": ("A leak", "What got out without anybody's leave."),
    "anticipation": ("What is anticipated", "Those who expect something, where the texts do not say who they are."),
}

# Outlet → its by-lined authors, all with the ids that they have as actors.
MEDIA = {
    ("harbour-gazette", "The Harbour Gazette"): {"r-vale": "R. Vale", "j-tarn": "Josephine Tarn"},
    ("visnyk-zatoky", "Вісник Затоки"): {"d-soloveyko": "Д. Соловейко", "m-rybchenko": "Марта Рибченко"},
    ("courrier-du-detroit", "Le Courrier du Détroit"): {"e-lamaree": "Ève Lamarée", "p-quemeneur": "P. Quémeneur"},
    ("lantern", "The Lantern – Daily"): {"s-odowrie": "Samuel O’Dowrie", "k-ashgrove": "Kit Ashgrove"},
}

# Label → topic, which move is a softening, and the proposition.
ISSUES = {
    "Eastern bank": ("territory", "toward_zero", "Northmark keeps the eastern bank."),
    "Handover of the island": ("territory", "toward_zero", "The island is handed over to Southmark."),
    "Swap of harbours": ("territory", "toward_support", "The two harbours are swapped."),
    "League membership": ("alliance_membership", "toward_zero", "Kestovia joins the Port League."),
    "Guarantees": ("security_guarantees", "toward_support", "The Port League vouches for the border."),
    "Convoys": ("military_aid", "toward_support", "Convoys go on being armed."),
    "Truce": ("ceasefire", "toward_support", "The guns along the strait fall silent at once."),
    "Winter line": ("ceasefire", "toward_zero", "The line of last winter is the line of the truce."),
    "Direct talks": ("talks", "toward_support", "Northmark and Southmark talk to each other directly."),
    "Talks without conditions": ("talks", "toward_support", "Talks begin without preconditions."),
    "Two-sided format": ("format", "toward_zero", "The talks are between Northmark and Southmark alone."),
    "All at one table": ("format", "toward_zero", "All states along the strait sit at one table."),
    "Lawful signature": ("legitimacy", "toward_zero", "The Southmark government may sign for Southmark."),
    "Elections first": ("legitimacy", "toward_zero", "Southmark votes before anything is signed."),
    "Amber fields": ("resources", "toward_zero", "The amber fields are worked in common."),
    "Fishing rights": ("resources", "toward_support", "Boats of all flags fish beyond the bar."),
    "Warheads": ("nuclear_weapons", "toward_zero", "Warheads stay out of the strait."),
    "Order of the north": ("world_order", "toward_zero", "No single power keeps order in the north."),
    "Freed pilots": ("prisoners", "toward_support", "All pilots are freed before talks begin."),
    "Landing ban": ("sanctions", "toward_zero", "Boats from the south may not land in the north."),
    "Inspectors": ("implementation", "toward_support", "Inspectors verify what is signed."),
    "Name of the strait": ("other", "toward_zero", "The strait has one name on all charts."),
}

ISSUE_NOTES = {"Name of the strait": "Names on charts and signs, not what belongs to whom."}

# Label → what it is to which other issue.
ISSUE_RELATIONS = {
    "Two-sided format": {"All at one table": "incompatible_with"},
    "Talks without conditions": {"Freed pilots": "incompatible_with", "Elections first": "incompatible_with"},
    "Winter line": {"Truce": "narrower_than"},
    "League membership": {"Guarantees": "alternative_to"},
}

# Label → how and at which level they talk, and the actors who take part as what.
FORMATS = {
    "River talks": (
        "face_to_face",
        "ministers",
        {"northmark": "party", "southmark": "party", "port-league": "mediator"},
    ),
    "Letters": ("remote", "leaders", {"northmark-president": "party", "southmark-president": "party"}),
    "Shuttle": ("shuttle", "envoys", {"kestovia": "party", "dvarenia": "party", "strait-council": "mediator"}),
    "Table of eight": ("face_to_face", "mixed", {slug: "party" for slug, _, _ in STATES.values()}),
    "Three capitals": ("unspecified", "unspecified", {"northmark-government": "party", "estmere-government": "host"}),
    "Technical rounds": ("unspecified", "envoys", {}),
}

# ── What is drawn ─────────────────────────────────────────────────────────────────────────────────

KINDS_OF_THING = (
    "lower", "upper", "northern", "disputed", "flooded", "mined", "narrow", "abandoned", "silted", "half-built",
    "walled", "new", "ancient", "leased", "blockaded", "frozen", "shared", "burnt-out", "charted", "tidal",
)  # fmt: skip
THINGS = (
    "grain corridor", "customs quay", "ferry line", "lighthouse spit", "pilot station", "salt works", "border bridge",
    "cable landing", "dry dock", "oyster beds", "rail causeway", "radar hill", "fuel depot", "herring grounds",
    "quarantine pier", "signal tower", "sluice gates", "timber basin", "transit camp", "water main", "weather mast",
    "amber pits", "buoy chain", "coal wharf", "drawbridge", "estuary fort", "free port", "gasworks", "hospital mole",
)  # fmt: skip
AIMS = (
    "pull back its boats", "reopen the locks", "halt the drills", "let inspectors in", "free the pilots it holds",
    "lift the tolls", "clear the mines", "share the tide tables", "hand over the charts", "dim the searchlights",
    "lower the booms", "withdraw its gunners", "pay for the damage", "publish the protocol",
)  # fmt: skip
QUOTED = (
    "without preconditions", "in good faith", "a last resort", "no one’s back yard", "step by step", "on equal terms",
    "a matter of honour", "beneath contempt", "as agreed in writing", "before the ice comes", "brick by brick",
    "a paper tiger", "not a single metre", "with open hands",
)  # fmt: skip
OPINIONS = (
    "We have nothing to hide and nothing to add", "Nobody signs a treaty with a gun on the table",
    "There is more fog in these papers than on the water", "The door is open, and it was never locked",
    "We were promised answers by the turn of the year", "A border is not a thing one draws twice",
    "They ask for a finger and mean the arm", "If this is peace, I would rather not see their war",
)  # fmt: skip
CYRILLIC = (
    "Ми не відступимо ні на крок — і ніхто цього не чекає", "Домовленість є, але підписів під нею ще немає",
    "Це не поступка, а здоровий глузд", "Море нікому не належить", "Мы услышали обещания – теперь ждём дел",
    "Переговоры продолжаются, хотя и не за этим столом",
)  # fmt: skip
READINGS = (
    "a bid for time", "a hint that the price has gone up", "an offer in all but name",
    "a warning to its own hardliners", "a first crack in its resolve", "the usual noise before a vote",
)  # fmt: skip
PLACES = (
    "Aldwick", "Bréval", "Carn Mhor", "Dunmere", "Elsø", "Fenwater", "Gullhavn", "Holm", "Ívarstað", "Junction Quay",
    "Kråkvik", "Липове", "Marrow Bay", "Nidd", "Old Ferry", "Приморье", "Quenby", "Rossöy", "Saint-Aubert", "Tarnholm",
)  # fmt: skip
CONFIDENCE = ("high", "high", "high", "medium", "medium", "low")
STANCE = ("strongly_opposes", "opposes", "ambivalent", "supports", "supports", "strongly_supports")
DEMAND_STATUS = ("standing", "rejected", "unknown", "partly_met")
FLEXIBILITY = ("red_line", "precondition", "firm", "negotiable", "aspiration")

# Sentences that nobody codes: beginnings, middles and ends, any with any.
FILLER = (
    (
        "Along the quays", "In the shops behind the harbour", "Among the crews", "On both banks", "Further inland",
        "In the cafés of the old town", "Down by the boatyards", "Up in the villages", "At the fish market",
    ),
    (
        "life went on much as before, with nets hung out to dry and children on their way to school,",
        "people spoke of little else, though few expected that anything would come of it soon,",
        "the price of bread – and of lamp oil – had doubled since the autumn, as it does in such years,",
        "old men recalled the winter when the ice had held for eleven weeks and nobody could cross,",
        "the radio played “songs of the sea” between the bulletins, and hardly anyone turned it off,",
        "shutters stayed closed until noon, the buses ran half empty, the ferries did not run at all,",
    ),
    (
        "and the bells were rung at six as always.", "while gulls quarrelled over what the tide had left.",
        "but the lamps on the mole were lit again for the first time in months.",
        "or so the harbour master’s log has it, kept in pencil since the ink froze.",
        "even if no two accounts agree on when that was.",
        "and a notice on the door of the town hall asked for patience.",
    ),
)  # fmt: skip

# ── Sentences and what a coder makes of them ──────────────────────────────────────────────────────


@dataclass(frozen=True)
class Sentence:
    """A sentence, and the records of each table that quote it, in YAML as people write it."""

    text: str
    records: Mapping[str, str]


HEAD = """\
document:
  title: >-
    <headline>
  publisher: <publisher>
  author: <author>
  published: <published>
  url: https://example.org/<doc_id>
  language: en
  rights: © <publisher>. Invented, like all that it tells; free to copy.
  coder: Generator
"""
PIN = """\
  text_sha256: <sha256>
"""

# Stands once in every text, as its first sentence: what goes wrong on purpose goes wrong here.
LEAD = Sentence(
    "A convoy of <n> barges reached the <thing> <when> under a white flag, <author> reports from <place>;<br>"
    "<side> had asked <they> to let it pass, and <they> – after a night of silence – did.",
    {
        "mentions": """\
  - {id: <m1>, actor_id: <author_id>, confidence: high, quote: <author>, suffix: reports from <place>}
  - {id: <m2>, actor_id: <side_id>, confidence: high, note: "Of the lead, which names no person.", quote: <side>,
     suffix: had asked <they> to let it pass}
""",
        "statements": """\
  - id: <s1>
    speaker_id: <author_id>
    holder_id: <they_id>
    issue_id: <issue_id>
    stance: <stance>
    attribution: narrated
    source: author
    act: assert
    date_text: <when>
    date_edtf: <when_edtf>
    summary: The author reports that <they> let a convoy pass.
    confidence: <confidence>
    quote: |-
      under a white flag, <author> reports from <place>;
      <side> had asked <they> to let it pass, and <they> – after a night of silence – did
""",
        "events": """\
  - id: <e1>
    event_type: other
    title: "Arrival of a convoy: <n> barges"
    status: occurred
    certainty: certain
    place: the <thing>
    date_text: <when>
    date_edtf: <when_edtf>
    participants:
      - {actor_id: <side_id>, role: initiator}
      - {actor_id: <they_id>, role: target}
    confidence: <confidence>
    quote: |-
      A convoy of <n> barges reached the <thing> <when> under a white flag
""",
        "demands": """\
  - id: <d1>
    demander_id: <side_id>
    addressee_id: <they_id>
    issue_id: <issue_id>
    move: request
    content: <they> lets the convoy pass.
    status: met
    basis: explicit
    date_edtf: <standing_edtf>
    confidence: <confidence>
    quote: |-
      <side> had asked <they> to let it pass
""",
    },
)
ANSWER = ("    attribution: narrated\n", "    responds_to_id: <answered>\n    attribution: narrated\n")

SENTENCES = (
    # An offer in partial speech.
    Sentence(
        "<title> <who> said <when> that <side> was ready to <aim> along the <thing> “<quoted>”,<br>"
        "and that this had been put to <they> in writing.",
        {
            "mentions": """\
  - {id: <m1>, actor_id: <who_id>, role_title: <title>, confidence: high, quote: <title> <who>}
  - {id: <m2>, actor_id: <side_id>, confidence: high, quote: <side>, prefix: <who> said <when> that}
""",
            "statements": """\
  - id: <s1>
    speaker_id: <who_id>
    holder_id: <side_id>
    addressee_id: <they_id>
    issue_id: <issue_id>
    stance: <stance>
    asserted_change: softened
    attribution: partial
    source: on_record
    act: offer
    quoted_words: <quoted>
    date_text: <when>
    date_edtf: <when_edtf>
    summary: <who> offers on behalf of <side> to <aim>.
    confidence: <confidence>
    quote: |-
      <who> said <when> that <side> was ready to <aim> along the
      <thing> “<quoted>”
""",
            "demands": """\
  - id: <d1>
    demander_id: <side_id>
    addressee_id: <they_id>
    issue_id: <issue_id>
    move: offer
    content: To <aim> along the <thing>.
    status: standing
    basis: explicit
    statement_id: <s1>
    date_text: <when>
    date_edtf: <when_edtf>
    confidence: <confidence>
    note: 'Put to <they> "in writing", which the text does not show.'
    quote: |-
      <side> was ready to <aim> along the <thing>
""",
        },
    ),
    # A spokesperson, word for word.
    Sentence(
        "“<opinion>,” <title> <who> told reporters in <place> <when>.<br>"
        "“The <thing> will stay open for as long as <they> wants it open.”",
        {
            "mentions": """\
  - id: <m1>
    actor_id: <who_id>
    role_title: <title>
    confidence: high
    quote: <title> <who>
""",
            "statements": """\
  - id: <s1>
    speaker_id: <who_id>
    holder_id: <capital_id>
    attribution: direct
    source: spokesperson
    act: criticise
    date_text: <when>
    date_edtf: <when_edtf>
    summary: <who> finds fault with how things stand.
    confidence: <confidence>
    note: >-
      No issue: the words would bear on several, and nothing near them says which of these the speaker has
      in mind.
    quote: |-
      “<opinion>,” <title> <who> told reporters
  - id: <s2>
    speaker_id: <who_id>
    holder_id: <capital_id>
    addressee_id: <they_id>
    issue_id: <issue_id>
    stance: <stance>
    attribution: direct
    source: spokesperson
    act: promise
    date_text: <when>
    date_edtf: <when_edtf>
    summary: "<capital> promises one thing: the <thing> stays open."
    confidence: <confidence>
    quote: |-
      “The <thing> will stay open for as long as <they> wants
      it open.”
""",
        },
    ),
    # A condition.
    Sentence(
        "<capital> will not <aim> unless <they> first gives way on the <thing>, <title> <who> made plain <when>,<br>"
        "and what was offered will lapse after that.",
        {
            "mentions": """\
  - {id: <m1>, actor_id: <who_id>, role_title: <title>, confidence: high, quote: <title> <who>}
  - id: <m2>
    actor_id: <capital_id>
    confidence: high
    quote: <capital>
    suffix: will not <aim> unless <they> first gives way on the <thing>
""",
            "statements": """\
  - id: <s1>
    speaker_id: <who_id>
    holder_id: <capital_id>
    issue_id: <issue_id>
    stance: ambivalent
    condition: <they> gives way on the <thing>
    attribution: indirect
    source: on_record
    act: reject
    date_text: <when>
    date_edtf: <when_edtf>
    summary: >-
      <capital> makes it a condition that <they> gives way on the <thing>, and says that what was offered
      will lapse.
    confidence: <confidence>
    quote: |-
      <capital> will not <aim> unless <they> first gives way on the
      <thing>
""",
            "demands": """\
  - id: <d1>
    demander_id: <capital_id>
    addressee_id: <they_id>
    issue_id: <issue_id>
    move: demand
    content: <they> gives way on the <thing>.
    flexibility: conditional
    condition: <they> gives way first
    deadline_edtf: <then_edtf>
    status: unknown
    basis: explicit
    statement_id: <s1>
    date_text: <when>
    date_edtf: <when_edtf>
    confidence: <confidence>
    quote: |-
      unless <they> first gives way on the <thing>
""",
        },
    ),
    # The author says who moved.
    Sentence(
        "Over the past week <side> has softened its line on the <thing>; <they>, by contrast, has not moved,<br>"
        "though its envoys speak of the matter in kinder words.",
        {
            "mentions": """\
  - {id: <m1>, actor_id: <they_id>, confidence: high, quote: <they>, prefix: "<thing>;"}
""",
            "statements": """\
  - id: <s1>
    speaker_id: <author_id>
    holder_id: <side_id>
    issue_id: <issue_id>
    stance: <stance>
    asserted_change: softened
    attribution: narrated
    source: author
    act: assert
    date_text: Over the past week
    date_edtf: <week_edtf>
    summary: The author says that <side> has softened its line.
    confidence: medium
    quote: |-
      <side> has softened its line on the <thing>
  - id: <s2>
    speaker_id: <author_id>
    holder_id: <they_id>
    issue_id: <issue_id>
    asserted_change: unchanged
    attribution: narrated
    source: author
    act: assert
    date_text: Over the past week
    date_edtf: <week_edtf>
    summary: The author says that <they> has not moved.
    confidence: <confidence>
    note: On what, the sentence leaves to its first half.
    quote: |-
      <thing>; <they>, by contrast, has not moved
""",
        },
    ),
    # A reading of somebody's words.
    Sentence(
        "Analysts read <side>’s remarks on the <thing> as <reading>,<br>"
        "though none of them would say so under their own name, and one took it back.",
        {
            "mentions": """\
  - {id: <m1>, actor_id: analysts, confidence: high, quote: Analysts, suffix: read <side>’s remarks on the <thing>}
""",
            "statements": """\
  - id: <s1>
    speaker_id: analysts
    holder_id: <side_id>
    issue_id: <issue_id>
    stance: <stance>
    attribution: interpreted
    source: expert
    act: speculate
    date_edtf: <standing_edtf>
    summary: Analysts take the remarks for <reading>.
    confidence: low
    note: >-
      Their reading, not a position that <side> is reported to take.
    quote: |-
      Analysts read <side>’s remarks on the <thing> as <reading>
""",
        },
    ),
    # A leak, and who denies it.
    Sentence(
        "According to a leak, <capital> shelled the <thing> <when>; <title> <who><br>"
        "denied that a single round had been fired – “<quoted>”, as the cable puts it.",
        {
            "mentions": """\
  - {id: <m1>, actor_id: a-leak, confidence: high, quote: a leak, suffix: ", <capital> shelled the <thing>"}
  - {id: <m2>, actor_id: <who_id>, role_title: <title>, confidence: high, quote: <title> <who>}
""",
            "statements": """\
  - id: <s1>
    speaker_id: a-leak
    holder_id: <capital_id>
    issue_id: <issue_id>
    contradicts_id: <s2>
    attribution: indirect
    source: leak
    act: assert
    date_edtf: <standing_edtf>
    summary: A leak has it that <capital> shelled the <thing>.
    confidence: <confidence>
    quote: |-
      According to a leak, <capital> shelled the <thing> <when>
  - id: <s2>
    speaker_id: <who_id>
    issue_id: <issue_id>
    contradicts_id: <s1>
    attribution: indirect
    source: on_record
    act: deny
    date_edtf: <standing_edtf>
    summary: <who> denies that anything was shelled.
    confidence: <confidence>
    quote: |-
      <title> <who>
      denied that a single round had been fired
""",
            "events": """\
  - id: <e1>
    event_type: military_operation
    title: Shelling of the <thing>
    status: occurred
    certainty: disputed
    plover_type: ASSAULT
    plover_mode: heavy-weapons
    participants:
      - {actor_id: <capital_id>, role: initiator}
    date_text: <when>
    date_edtf: <when_edtf>
    confidence: <confidence>
    quote: |-
      <capital> shelled the <thing> <when>
""",
        },
    ),
    # Talks that failed, and a part of them.
    Sentence(
        "Talks on the <thing> that <host> had brokered between <side> and <they> broke down <when> after <n> minutes,"
        "<br>and both delegations left the hall in <place> by doors of their own.",
        {
            "mentions": """\
  - {id: <m1>, actor_id: <host_id>, confidence: high, quote: <host>, prefix: Talks on the <thing> that}
  - {id: <m2>, actor_id: <side_id>, confidence: high, quote: <side>, prefix: "<thing> that <host> had brokered between"}
""",
            "events": """\
  - id: <e1>
    event_type: talks
    title: Talks on the <thing>
    status: failed
    certainty: certain
    format_id: <meeting_id>
    place: <place>
    iso3: <iso3>
    plover_type: CONSULT
    plover_mode: third-party
    participants:
      - {actor_id: <side_id>, role: party}
      - {actor_id: <they_id>, role: party}
      - {actor_id: <host_id>, role: mediator}
    date_text: <when>
    date_edtf: <when_edtf>
    confidence: high
    quote: |-
      Talks on the <thing> that <host> had brokered between <side> and
      <they> broke down <when> after <n> minutes
  - id: <e2>
    event_type: other
    title: Departure by separate doors
    status: occurred
    certainty: certain
    part_of_id: <e1>
    relations:
      - {relation: after, other_event_id: <e1>}
    confidence: <confidence>
    note: "The text gives no day of its own: that of the talks (<e1>) may hold."
    quote: |-
      <they> broke down <when> after <n> minutes,
      and both delegations left the hall in <place>
""",
        },
    ),
    # A meeting to come.
    Sentence(
        "Envoys of <side> and <they> are due to meet in <place> <then> to settle who inspects the <thing>,<br>"
        "an official said, asking not to be named because the date is not public.",
        {
            "mentions": """\
  - {id: <m1>, actor_id: officials, confidence: high, quote: an official, prefix: "who inspects the <thing>,"}
""",
            "statements": """\
  - id: <s1>
    speaker_id: officials
    attribution: indirect
    source: official_unnamed
    act: assert
    date_edtf: <published>
    summary: An official says that envoys of <side> and <they> are due to meet.
    confidence: <confidence>
    quote: |-
      to settle who inspects the <thing>,
      an official said
""",
            "events": """\
  - id: <e1>
    event_type: meeting
    title: Meeting on the inspection of the <thing>
    status: planned
    certainty: probable
    format_id: <meeting_id>
    place: <place>
    plover_type: CONSULT
    participants:
      - {actor_id: <side_id>, role: party}
      - {actor_id: <they_id>, role: party}
    date_text: <then>
    date_edtf: <then_edtf>
    confidence: high
    quote: |-
      Envoys of <side> and <they> are due to meet in <place> <then> to settle
      who inspects the <thing>
""",
        },
    ),
    # Who would sit at which table.
    Sentence(
        "<title> <who> would rather see the <thing> settled at one table with <they> and <host> than<br>"
        "“in a corridor”, as had been mooted <when>.",
        {
            "mentions": """\
  - {id: <m1>, actor_id: <who_id>, role_title: <title>, confidence: high, quote: <title> <who>}
  - {id: <m2>, actor_id: <they_id>, confidence: high, quote: <they>, prefix: <thing> settled at one table with}
""",
            "statements": """\
  - id: <s1>
    speaker_id: <who_id>
    issue_id: <format_issue_id>
    format_id: <format_id>
    stance: <stance>
    attribution: partial
    source: on_record
    act: reject
    quoted_words: in a corridor
    date_edtf: <standing_edtf>
    summary: <who> wants the <thing> settled with <they> and <host>.
    confidence: <confidence>
    quote: |-
      <who> would rather see the <thing> settled at one table with <they>
      and <host> than
      “in a corridor”
""",
        },
    ),
    # Aid put off.
    Sentence(
        "<side> put off a shipment of <n> crates for the <thing> <when>, saying that it wanted <they> to <aim> first;"
        "<br>the crates stand on the quay in <place>.",
        {
            "mentions": """\
  - {id: <m1>, actor_id: <side_id>, confidence: high, quote: <side>,
     suffix: "put off a shipment of <n> crates for the <thing>"}
""",
            "events": """\
  - id: <e1>
    event_type: aid_decision
    title: Shipment for the <thing>
    status: postponed
    certainty: certain
    plover_type: SANCTION
    plover_mode: discontinue
    participants:
      - {actor_id: <side_id>, role: initiator}
      - {actor_id: <they_id>, role: target}
    confidence: high
    quote: |-
      <side> put off a shipment of <n> crates for the <thing> <when>
  - id: <e2>
    event_type: other
    title: "What <they> does first: <aim>"
    status: hypothetical
    certainty: possible
    participants: [{actor_id: <they_id>, role: initiator}]
    relations: [{relation: condition_for, other_event_id: <e1>}]
    confidence: <confidence>
    quote: |-
      for the <thing> <when>, saying that it wanted <they> to <aim> first
""",
            "demands": """\
  - id: <d1>
    demander_id: <side_id>
    addressee_id: <they_id>
    issue_id: <issue_id>
    move: demand
    content: "<they> does one thing first: <aim>."
    flexibility: <flexibility>
    status: <demand_status>
    basis: explicit
    date_text: <when>
    date_edtf: <when_edtf>
    confidence: <confidence>
    quote: |-
      <n> crates for the <thing> <when>, saying that it wanted <they> to <aim>
      first
""",
        },
    ),
    # A demand that gives way to a smaller one.
    Sentence(
        "Where <side> had asked <since> for all of the <thing>, it now asks <they> for half of it, <title> <who> said;"
        "<br>the other half is “<quoted>”.",
        {
            "mentions": """\
  - {id: <m1>, actor_id: <who_id>, role_title: <title>, confidence: high, quote: <title> <who>}
""",
            "statements": """\
  - id: <s1>
    speaker_id: <who_id>
    holder_id: <side_id>
    addressee_id: <they_id>
    issue_id: <issue_id>
    stance: <stance>
    asserted_change: softened
    attribution: indirect
    source: on_record
    act: demand
    date_edtf: <standing_edtf>
    summary: <side> asks for half of what it had asked for.
    confidence: <confidence>
    quote: |-
      it now asks <they> for half of it, <title> <who> said
""",
            "demands": """\
  - id: <d1>
    demander_id: <side_id>
    issue_id: <issue_id>
    move: demand
    content: All of the <thing>.
    flexibility: firm
    status: superseded
    basis: explicit
    date_text: <since>
    date_edtf: <since_edtf>
    confidence: <confidence>
    quote: |-
      <side> had asked <since> for all of the <thing>
  - id: <d2>
    demander_id: <side_id>
    addressee_id: <they_id>
    issue_id: <issue_id>
    move: demand
    content: Half of the <thing>.
    flexibility: <flexibility>
    status: standing
    basis: explicit
    statement_id: <s1>
    supersedes_id: <d1>
    date_edtf: <standing_edtf>
    confidence: <confidence>
    quote: |-
      for all of the <thing>, it now asks <they> for half of it
""",
        },
    ),
    # Another tongue, and a press conference.
    Sentence(
        "In <place> <title> <who> put it in words that needed no interpreter: «<cyrillic>».<br>"
        "The press conference on the <thing> had begun an hour late.",
        {
            "mentions": """\
  - id: <m1>
    actor_id: <who_id>
    role_title: <title>
    confidence: high
    note: "The sentence goes on in another alphabet."
    quote: <title> <who>
""",
            "statements": """\
  - id: <s1>
    speaker_id: <who_id>
    holder_id: <side_id>
    issue_id: <issue_id>
    stance: <stance>
    attribution: direct
    source: on_record
    act: assert
    quoted_words: <cyrillic>
    date_edtf: <standing_edtf>
    summary: '<who>: «<cyrillic>».'
    confidence: <confidence>
    quote: |-
      <who> put it in words that needed no interpreter:
      «<cyrillic>»
""",
            "events": """\
  - id: <e1>
    event_type: press_event
    title: Press conference on the <thing>
    status: occurred
    certainty: certain
    place: <place>
    participants:
      - {actor_id: <who_id>, role: initiator}
      - {actor_id: <author_id>, role: attendee}
    confidence: high
    note: ~
    quote: |-
      The press conference on the <thing> had begun an hour late
""",
        },
    ),
    # What might be.
    Sentence(
        "Should the <thing> be closed again, <side> could break off all contact with <they>, reports have it,<br>"
        "and the price of passage – some <n> crowns – would double <then>.",
        {
            "mentions": """\
  - {id: <m1>, actor_id: <side_id>, confidence: high, quote: <side>, prefix: "<thing> be closed again,"}
  - id: <m2>
    actor_id: reports
    confidence: high
    quote: reports
    prefix: "<thing> be closed again, <side> could break off all contact with <they>,"
""",
            "statements": """\
  - id: <s1>
    speaker_id: reports
    holder_id: <side_id>
    issue_id: <issue_id>
    stance: opposes
    condition: the <thing> is closed again
    attribution: indirect
    source: media_report
    act: threaten
    date_edtf: <standing_edtf>
    summary: Reports say that <side> could break off all contact with <they>.
    confidence: <confidence>
    quote: |-
      <thing> be closed again, <side> could break off all contact with
      <they>, reports have it
""",
            "events": """\
  - id: <e1>
    event_type: other
    title: End of all contact between <side> and <they>
    status: hypothetical
    certainty: possible
    participants:
      - {actor_id: <side_id>, role: initiator}
      - {actor_id: <they_id>, role: target}
    confidence: <confidence>
    quote: |-
      Should the <thing> be closed again, <side> could break off all contact
      with <they>
""",
        },
    ),
    # What is called off, and what is to take its place.
    Sentence(
        "The signing at the <thing> was called off <when> because <side> had searched a ferry of <they>;<br>"
        "<host> now wants a round of letters on the <thing> instead.",
        {
            "mentions": """\
  - {id: <m1>, actor_id: <host_id>, confidence: high, quote: <host>,
     suffix: now wants a round of letters on the <thing>}
""",
            "events": """\
  - id: <e1>
    event_type: agreement
    title: Signing at the <thing>
    status: cancelled
    certainty: certain
    place: the <thing>
    participants:
      - {actor_id: <side_id>, role: party}
      - {actor_id: <they_id>, role: party}
    relations:
      - {relation: because_of, other_event_id: <e2>}
    confidence: high
    note: The text dates the end of the plan, not the day that was planned.
    quote: |-
      The signing at the <thing> was called off <when>
  - id: <e2>
    event_type: legal
    title: Search of a ferry of <they>
    status: occurred
    certainty: certain
    plover_type: COERCE
    plover_mode: seize
    participants:
      - {actor_id: <side_id>, role: initiator}
      - {actor_id: <they_id>, role: target}
    confidence: <confidence>
    quote: |-
      <thing> was called off <when> because <side> had searched a ferry of <they>
  - id: <e3>
    event_type: talks
    title: Round of letters on the <thing>
    status: hypothetical
    certainty: possible
    participants:
      - {actor_id: <side_id>, role: party}
      - {actor_id: <they_id>, role: party}
    relations:
      - {relation: instead_of, other_event_id: <e1>}
    confidence: <confidence>
    quote: |-
      <host> now wants a round of letters on the <thing> instead
""",
            "demands": """\
  - id: <d1>
    demander_id: <host_id>
    issue_id: <format_issue_id>
    format_id: letters
    move: request
    content: The <thing> is settled by letters.
    status: unknown
    basis: explicit
    confidence: <confidence>
    quote: |-
      <host> now wants a round of letters on the <thing> instead
""",
        },
    ),
    # What is expected without a source, and who does not comment on it.
    Sentence(
        "A concession on the <thing> is widely anticipated <then>; <title> <who>, asked about it in <place>,<br>"
        "declined to say anything.",
        {
            "mentions": """\
  - {id: <m1>, actor_id: anticipation, confidence: medium, quote: is widely anticipated,
     prefix: concession on the <thing>}
  - {id: <m2>, actor_id: <who_id>, role_title: <title>, confidence: high, quote: <title> <who>}
""",
            "statements": """\
  - id: <s1>
    speaker_id: anticipation
    holder_id: <side_id>
    issue_id: <issue_id>
    attribution: interpreted
    source: unattributed
    act: speculate
    date_edtf: <published>
    summary: A concession of <side> is anticipated.
    confidence: low
    quote: |-
      A concession on the <thing> is widely anticipated <then>
  - id: <s2>
    speaker_id: <who_id>
    holder_id: <capital_id>
    attribution: indirect
    source: spokesperson
    act: decline_to_comment
    summary: <who> says nothing about it.
    confidence: <confidence>
    quote: |-
      <title> <who>, asked about it in <place>,
      declined to say anything
""",
            "events": """\
  - id: <e1>
    event_type: other
    title: Concession on the <thing>
    status: expected
    certainty: probable
    plover_type: CONCEDE
    participants:
      - {actor_id: <side_id>, role: initiator}
    date_text: <then>
    date_edtf: <then_edtf>
    confidence: <confidence>
    quote: |-
      A concession on the <thing> is widely anticipated <then>
""",
        },
    ),
    # A format that is put off.
    Sentence(
        "It is “too early”, <title> <who> said <when>, for <side> to sit at one table over the <thing>;<br>"
        "first <they> should send its experts on the <thing> to <place>.",
        {
            "mentions": """\
  - {id: <m1>, actor_id: <who_id>, role_title: <title>, confidence: high, quote: <title> <who>}
  - {id: <m2>, actor_id: <they_id>, confidence: high, quote: <they>, suffix: should send its experts on the <thing>}
""",
            "statements": """\
  - id: <s1>
    speaker_id: <who_id>
    holder_id: <side_id>
    issue_id: <format_issue_id>
    format_id: <format_id>
    condition: <they> sends its experts
    attribution: partial
    source: spokesperson
    act: assert
    quoted_words: too early
    date_text: <when>
    date_edtf: <when_edtf>
    summary: <side> puts off one table over the <thing>.
    confidence: <confidence>
    quote: |-
      It is “too early”, <title> <who> said <when>, for <side> to sit at one
      table over the <thing>
""",
            "demands": """\
  - id: <d1>
    demander_id: <side_id>
    addressee_id: <they_id>
    issue_id: <format_issue_id>
    format_id: <format_id>
    move: deferral
    content: No table over the <thing> yet.
    status: standing
    basis: explicit
    statement_id: <s1>
    date_text: <when>
    date_edtf: <when_edtf>
    confidence: <confidence>
    quote: |-
      said <when>, for <side> to sit at one table over the <thing>
  - id: <d2>
    demander_id: <side_id>
    addressee_id: <they_id>
    issue_id: <issue_id>
    move: request
    content: <they> sends its experts to <place>.
    flexibility: precondition
    status: unknown
    basis: explicit
    confidence: <confidence>
    quote: |-
      first <they> should send its experts on the <thing>
""",
        },
    ),
    # A warning, and what was done in reply.
    Sentence(
        "<faction> warned that more crews could be held at the <thing> if <side> did not free the pilots<br>"
        "whom it has held <since>; the locks at the <thing> were closed in reply.",
        {
            "mentions": """\
  - {id: <m1>, actor_id: <faction_id>, confidence: high, quote: <faction>,
     suffix: warned that more crews could be held at the <thing>}
""",
            "statements": """\
  - id: <s1>
    speaker_id: <faction_id>
    addressee_id: <side_id>
    issue_id: freed-pilots
    stance: strongly_supports
    attribution: indirect
    source: on_record
    act: warn
    summary: <faction> warns that more crews could be held.
    confidence: <confidence>
    quote: |-
      <faction> warned that more crews could be held at the <thing> if <side> did not free the pilots
""",
            "events": """\
  - id: <e1>
    event_type: legal
    title: Detention of pilots by <side>
    status: ongoing
    certainty: certain
    plover_type: COERCE
    plover_mode: arrest
    participants:
      - {actor_id: <side_id>, role: initiator}
    date_text: <since>
    date_edtf: <since_edtf>
    confidence: <confidence>
    quote: |-
      <thing> if <side> did not free the pilots
      whom it has held <since>
  - id: <e2>
    event_type: legal
    title: Closing of the locks at the <thing>
    status: occurred
    certainty: certain
    place: the <thing>
    plover_type: COERCE
    plover_mode: restrict
    relations:
      - {relation: in_response_to, other_event_id: <e1>}
    confidence: <confidence>
    quote: |-
      the locks at the <thing> were closed in reply
""",
        },
    ),
)
