"""Questions about the article, answered from its tables alone; `conftest.py` has the fixtures.

Questions follow the article from headline to closing note; those that it leaves open come last, and the tables must not
answer them either. Rows are selected by their content, never by their ids, which may change.
"""

from tests.data.one_document import days, quoting

# ── The document: by-line, date, closing note, address ────────────────────────────────────────────


def test_who_wrote_the_article_and_for_whom(documents):
    """Who wrote the article, where did it first appear, and who published this text of it?"""
    [article] = documents.itertuples()
    assert article.author == "Ben Aris"
    assert article.first_publisher == "bne IntelliNews"
    assert article.publisher == "The Moscow Times"


def test_when_and_where_it_was_published(documents):
    """When was it published, and at which address?"""
    [article] = documents[documents["published"] == "2025-02-06"].itertuples()
    assert article.url.startswith("https://www.themoscowtimes.com/2025/02/06/us-ukraine-and-russia-soften-positions")
    assert article.language == "en"


def test_who_is_answerable_for_the_authors_own_claims(statements, actors):
    """Whose are the claims the article makes in its own voice, and which outlet is he from?"""
    voices = statements.loc[statements["source"] == "author", "speaker_id"].unique()
    [author] = actors[actors["actor_id"].isin(voices)].itertuples()
    assert (author.name, author.parent_id) == ("Ben Aris", "bne-intellinews")


# ── Names: caption, titles, spellings ─────────────────────────────────────────────────────────────


def test_what_the_caption_calls_zelensky(mentions):
    """By which title does the photo's caption present Volodymyr Zelensky?"""
    caption = mentions[mentions["quote"] == "Ukrainian President Volodymyr Zelensky"]
    assert set(caption["role_title"]) == {"Ukrainian President"}
    assert set(caption["actor_id"]) == {"volodymyr-zelensky"}


def test_whom_the_picture_is_credited_to(mentions):
    """To whom is the picture credited? The first mention of him, in the caption, notes it."""
    names = mentions[mentions["actor_id"] == "volodymyr-zelensky"].sort_values("char_start")
    assert "president.gov.ua" in names["note"].iloc[0]


def test_how_zelensky_is_spelled(mentions):
    """Under which spellings and forms of address does Zelensky appear?"""
    names = mentions.loc[mentions["actor_id"] == "volodymyr-zelensky", "quote"]
    assert {"Zelensky", "Zelenskiy", "Mr. Zelensky", "the Ukrainian president"} <= set(names)


def test_who_is_who(mentions):
    """Which offices do the people named with one hold?"""
    titles = mentions.dropna(subset="role_title").groupby("actor_id")["role_title"].agg(set)
    assert titles["dmitry-peskov"] == {"Kremlin spokesman"}
    assert titles["marco-rubio"] == {"Secretary of State"}
    assert titles["keith-kellogg"] == {"U.S. special envoy for Ukraine and Russia"}
    assert titles["david-lammy"] == {"British Foreign Secretary"}
    assert titles["donald-trump"] == {"U.S. President"}


def test_whom_our_president_means(mentions):
    """Of whom does Peskov speak as "our president"?"""
    assert set(quoting(mentions, "our president")["actor_id"]) == {"vladimir-putin"}


def test_for_whom_the_capitals_stand(mentions, principal):
    """Which sides does the text mean by "Moscow", "Kyiv", "the Kremlin" and "the White House"?"""
    sides = mentions.set_index("quote")["actor_id"].map(principal)
    assert (sides["Moscow"], sides["the Kremlin"]) == ("russia", "russia")
    assert (sides["Kyiv"], sides["the White House"]) == ("ukraine", "united-states")


# ── Headline and lead: who is said to have softened ───────────────────────────────────────────────


def test_whose_positions_soften_in_the_headline(statements):
    """Whose positions does the headline say soften?"""
    headline = quoting(statements, "Soften Positions Ahead of Mooted Ceasefire Talks")
    assert set(headline["holder_id"]) == {"united-states", "ukraine", "russia"}
    assert set(headline["asserted_change"]) == {"softened"}


def test_who_says_that_they_softened(statements):
    """On whose word does the softening "in the last week" rest?"""
    lead = quoting(statements, "have softened their positions")
    assert set(lead["source"]) == {"author"}
    assert set(lead["attribution"]) == {"narrated"}


def test_on_what_and_when_they_softened(statements):
    """On what have the leaders in the U.S., Russia and Ukraine softened their positions, and when?"""
    lead = quoting(statements, "have softened their positions")
    assert set(lead["holder_id"]) == {"united-states", "russia", "ukraine"}
    assert set(lead["issue_id"]) == {"negotiated-end"}
    assert set(lead["date_text"]) == {"in the last week"}
    assert {end for _, end in days(lead)} == {"2025-02-06"}


def test_is_momentum_building(statements):
    """Who says that momentum for talks continues to build?"""
    assert set(quoting(statements, "momentum for talks")["speaker_id"]) == {"ben-aris"}


def test_who_wages_war_on_whom(events, participants, principal):
    """Who wages the full-scale war, against whom, and is it over?"""
    war = quoting(events, "full-scale war").merge(participants, on="event_id")
    assert dict(zip(war["role"], war["actor_id"].map(principal), strict=True)) == {
        "initiator": "russia",
        "target": "ukraine",
    }
    assert set(war["status"]) == {"ongoing"}


# ── The positions until now ───────────────────────────────────────────────────────────────────────


def test_who_was_maximalist(statements):
    """Who has taken maximalist positions, and until when?"""
    maximalist = quoting(statements, "maximalist")
    assert set(maximalist["holder_id"]) == {"parties-to-the-war"}
    assert set(maximalist["date_text"]) == {"until now"}


def test_who_set_preconditions_for_talks(demands):
    """Who made talks hang on preconditions?"""
    preconditions = demands[demands["flexibility"] == "precondition"]
    assert set(preconditions["demander_id"]) == {"volodymyr-zelensky"}


def test_did_zelensky_say_so(statements):
    """Did Zelensky say so himself, and how strongly?"""
    talks = statements[statements["issue_id"] == "russian-withdrawal-before-talks"]
    assert (talks["speaker_id"].item(), talks["source"].item()) == ("volodymyr-zelensky", "on_record")
    assert talks["stance"].item() == "strongly_supports"


def test_what_the_preconditions_were(demands):
    """What had to happen before Zelensky would start talks?"""
    words = " / ".join(demands.loc[demands["flexibility"] == "precondition", "quote"])
    assert "all Russian troops had left Ukraine's territory" in words
    assert "1991 borders were restored" in words


def test_what_putin_will_not_move_on(demands):
    """On what has Putin drawn red lines that still stand?"""
    putin = demands[(demands["demander_id"] == "vladimir-putin") & (demands["status"] == "standing")]
    red_lines = putin[putin["flexibility"] == "red_line"]
    assert set(red_lines["issue_id"]) == {"russia-keeps-territory", "ukraine-nato-membership"}


def test_what_putin_refuses_to_give_up(demands):
    """What will Russia, by Putin's word, not give up?"""
    refused = demands[(demands["demander_id"] == "vladimir-putin") & (demands["move"] == "refusal")]
    assert "not give up any of the territories it has annexed" in quoting(refused, "adamant")["quote"].item()


def test_in_which_word_putin_wants_the_guarantee(statements):
    """Which of the words on the guarantee against NATO membership is in quotation marks?"""
    guarantee = quoting(statements, "Ukraine will never join NATO")
    assert set(guarantee["quoted_words"]) == {"ironclad"}
    assert set(guarantee["attribution"]) == {"partial"}


def test_is_the_nato_demand_new(statements):
    """Has Putin changed his mind on Ukraine in NATO?"""
    nato = statements[statements["issue_id"] == "ukraine-nato-membership"]
    putin = nato[nato["holder_id"] == "vladimir-putin"]
    assert set(putin["stance"]) == {"strongly_opposes"}
    assert set(putin["asserted_change"]) == {"unchanged"}


def test_who_ruled_out_speaking_with_zelensky(statements):
    """Who ruled out speaking directly with Zelensky?"""
    talks = statements[statements["issue_id"] == "russia-ukraine-talks"]
    refused = talks[(talks["act"] == "reject") & talks["condition"].isna()]
    assert set(refused["holder_id"]) == {"vladimir-putin"}
    assert set(refused["stance"]) == {"strongly_opposes"}


def test_who_made_talks_hang_on_conditions(statements):
    """Who would not start talks until a condition was met, and which?"""
    hanging = statements[(statements["issue_id"] == "negotiated-end") & statements["condition"].notna()]
    assert hanging["holder_id"].item() == "volodymyr-zelensky"
    assert hanging["stance"].item() == "ambivalent"
    assert "1991 borders" in hanging["condition"].item()


def test_who_calls_zelensky_illegitimate(statements):
    """Who deems Zelensky "illegitimate"?"""
    assert set(statements.loc[statements["quoted_words"] == "illegitimate", "holder_id"]) == {"vladimir-putin"}


def test_when_zelenskys_term_expired(events, participants):
    """Whose term of office expired last year, and which year was that?"""
    expiry = events[(events["event_type"] == "election") & (events["status"] == "occurred")]
    assert set(expiry.merge(participants, on="event_id")["actor_id"]) == {"volodymyr-zelensky"}
    assert days(expiry) == {("2024-01-01", "2024-12-31")}


def test_under_which_law_it_expired(events):
    """Under which state of law did the term expire?"""
    assert set(events.loc[events["event_type"] == "legal", "quote"]) == {"during martial law"}


# ── This week: the Kremlin and Zelensky on talking to each other ──────────────────────────────────


def test_who_is_open_to_talks_with_zelensky(statements, principal):
    """Who is open to talks with Zelensky?"""
    talks = statements[(statements["issue_id"] == "russia-ukraine-talks") & (statements["stance"] >= "supports")]
    others = talks[talks["holder_id"] != "volodymyr-zelensky"]
    assert "kremlin" in set(others["holder_id"])
    assert set(others["holder_id"].map(principal)) == {"russia"}


def test_when_the_kremlin_indicated_it(statements):
    """When did the Kremlin indicate that it was open to talks with Zelensky?"""
    indicated = quoting(statements, "the Kremlin indicated it was open to talks")
    assert set(indicated["date_text"]) == {"This week"}
    assert days(indicated) == {("2025-02-03", "2025-02-06")}


def test_for_whom_peskov_speaks(statements, principal):
    """For which side does Peskov speak, and in which capacity?"""
    peskov = statements[statements["speaker_id"] == "dmitry-peskov"]
    assert set(peskov["source"]) == {"spokesperson"}
    assert set(peskov["holder_id"].map(principal)) == {"russia"}


def test_of_what_peskov_spoke_on_wednesday(statements, issues):
    """Of what did Peskov speak on Wednesday, to whom, and which day was that?"""
    wednesday = statements[(statements["speaker_id"] == "dmitry-peskov") & (statements["date_text"] == "on Wednesday")]
    assert set(wednesday.merge(issues, on="issue_id")["topic"]) == {"legitimacy", "talks"}
    assert set(wednesday["addressee_id"]) == {"reporters"}
    assert days(wednesday) == {("2025-02-05", "2025-02-05")}


def test_whether_russia_will_negotiate_all_the_same(statements):
    """Is the Russian side open to negotiations all the same, in Peskov's words?"""
    peskov = statements[statements["speaker_id"] == "dmitry-peskov"]
    remains = peskov[peskov["quoted_words"] == "the Russian side remains open to negotiations"]
    assert set(remains["holder_id"]) == {"russia"}
    assert set(remains["stance"]) == {"supports"}


def test_which_problem_peskov_sees(statements):
    """What does Peskov find fault with, and does the Kremlin think Zelensky legitimate?"""
    fault = statements[(statements["speaker_id"] == "dmitry-peskov") & (statements["act"] == "criticise")]
    assert "big problems de jure in terms of his legitimacy" in fault["quoted_words"].item()
    assert (fault["stance"] <= "opposes").all()


def test_whether_peskov_calls_it_a_softening(statements, principal):
    """The author says that Russia softened on talks. Does Peskov say so, too?"""
    russia = statements[statements["holder_id"].map(principal) == "russia"]
    claims = russia.dropna(subset="asserted_change")
    claims = claims[claims["issue_id"].isin(["negotiated-end", "russia-ukraine-talks"])]
    assert set(claims.loc[claims["source"] == "author", "asserted_change"]) == {"softened"}
    assert set(claims.loc[claims["source"] == "spokesperson", "asserted_change"]) == {"unchanged"}


def test_what_zelensky_offers_putin(demands, statements):
    """What is Zelensky ready for, and in which form?"""
    offer = demands[(demands["addressee_id"] == "vladimir-putin") & (demands["move"] == "offer")]
    assert "ready to [meet Putin face-to-face]" in offer["quote"].item()
    assert set(offer["format_id"]) == {"putin-zelensky"}


def test_what_his_offer_replaces(demands):
    """Which earlier position of his own does Zelensky's offer replace?"""
    offer = demands[(demands["addressee_id"] == "vladimir-putin") & (demands["move"] == "offer")]
    replaced = demands[demands["demand_id"].isin(offer["supersedes_id"])]
    assert "banning himself from direct contact" in replaced["quote"].item()
    assert replaced["move"].item() == "refusal"


def test_how_zelensky_banned_himself(events, participants):
    """How and when did Zelensky ban himself from direct contact with Putin?"""
    ban = events[events["event_type"] == "decree"]
    assert days(ban) == {("2022-10-01", "2022-10-31")}
    decreed = ban.merge(participants, on="event_id").query("role == 'initiator'")
    assert set(decreed["actor_id"]) == {"volodymyr-zelensky"}


def test_is_it_the_first_time_in_over_two_years(statements):
    """Do more than two years lie between Zelensky's ban and his readiness to meet Putin?"""
    zelensky = statements[statements["holder_id"] == "volodymyr-zelensky"]
    ban = quoting(zelensky, "banning himself")["date_end"].item()
    ready = quoting(zelensky, "first time in over two years")["date_start"].item()
    assert (ready - ban).days > 2 * 365


# ── Who moved: what is claimed, and what the observations show ────────────────────────────────────


def test_which_sides_moved_on_talking_to_each_other(changes):
    """Which sides are seen to soften on direct talks between Russia's leadership and Zelensky?"""
    talks = changes[(changes["level"] == "principal") & (changes["issue_id"] == "russia-ukraine-talks")]
    assert set(talks.loc[talks["direction"] == "softened", "holder_id"]) == {"russia", "ukraine"}


def test_from_where_to_where_zelensky_moved(changes):
    """From which stance to which did Zelensky move, does the text say so, and between which days?"""
    zelensky = changes[(changes["level"] == "actor") & (changes["holder_id"] == "volodymyr-zelensky")]
    [move] = zelensky[zelensky["direction"] == "softened"].itertuples()
    assert (move.from_stance, move.to_stance) == ("strongly_opposes", "supports")
    assert move.agreement == "agrees"
    assert (f"{move.not_before:%Y-%m}", f"{move.not_after:%Y-%m-%d}") == ("2022-10", "2025-02-06")


def test_from_where_to_where_russia_moved(changes):
    """On which issue and from which stance to which did Russia move?"""
    russia = changes[(changes["level"] == "principal") & (changes["holder_id"] == "russia")]
    [move] = russia[russia["direction"] == "softened"].itertuples()
    assert move.issue_id == "russia-ukraine-talks"
    assert (move.from_stance, move.to_stance) == ("strongly_opposes", "supports")


def test_when_russia_moved_at_the_earliest_and_latest(changes):
    """Between which days did Russia move? Since when Putin had refused is not said."""
    russia = changes[(changes["holder_id"] == "russia") & (changes["direction"] == "softened")]
    assert russia["not_before"].isna().all()
    assert set(russia["not_after"].dt.strftime("%Y-%m-%d")) == {"2025-02-06"}


def test_whose_claims_on_russia_conflict(changes, members, statements):
    """Does the text agree with itself that Russia moved? The author claims it, Peskov's word is "remains"."""
    moves = changes[(changes["holder_id"] == "russia") & (changes["issue_id"] == "russia-ukraine-talks")]
    later = moves[moves["direction"] == "softened"]
    assert set(later["agreement"]) == {"conflicting"}
    claims = members[members["observation_id"].isin(later["to_observation_id"])].merge(
        statements[["statement_id", "speaker_id", "quote"]], on="statement_id"
    )
    agreement = dict(zip(claims["asserted_change"], claims["agreement"], strict=True))
    assert agreement == {"softened": "agrees", "unchanged": "differs"}
    assert set(claims.loc[claims["asserted_change"] == "unchanged", "speaker_id"]) == {"dmitry-peskov"}


def test_by_whose_word_the_moves_are_shown(changes):
    """How strong is the weaker end of each move that is shown?"""
    moves = changes[(changes["level"] == "principal") & (changes["direction"] == "softened")]
    weaker = moves.groupby("issue_id")["source"].agg(set)
    assert weaker["negotiated-end"] == {"author"}
    assert weaker["russia-ukraine-talks"] == {"author", "on_record"}


def test_how_ukraine_moved_on_a_negotiated_end(changes):
    """Is the softening that headline and lead claim of Ukraine shown, and between which days?"""
    ukraine = changes[(changes["level"] == "principal") & (changes["holder_id"] == "ukraine")]
    [move] = ukraine[(ukraine["issue_id"] == "negotiated-end") & ukraine["from_observation_id"].notna()].itertuples()
    assert (move.from_stance, move.to_stance, move.direction) == ("ambivalent", "supports", "softened")
    assert move.agreement == "agrees"
    assert f"{move.not_after:%Y-%m-%d}" == "2025-02-06"


def test_which_softenings_are_only_claimed(changes):
    """Which principals are said to soften without an earlier position that shows it?"""
    principals = changes[changes["level"] == "principal"]
    claimed = principals[
        (principals["agreement"] == "asserted_only") & (principals["asserted_change"] == "softened")
    ].groupby("holder_id")["issue_id"]
    assert claimed.agg(set).to_dict() == {"united-states": {"negotiated-end", "multipolar-order"}}


def test_which_softenings_are_shown(changes):
    """Which principals are shown to soften, and on what?"""
    shown = changes[(changes["level"] == "principal") & (changes["direction"] == "softened")]
    assert set(zip(shown["holder_id"], shown["issue_id"], strict=True)) == {
        ("russia", "russia-ukraine-talks"),
        ("ukraine", "russia-ukraine-talks"),
        ("ukraine", "negotiated-end"),
    }


def test_headline_and_lead_are_one_claim(changes, members, statements):
    """How often is it claimed that the U.S. softened on a negotiated end? Headline and lead claim it once."""
    us = changes[(changes["level"] == "principal") & (changes["holder_id"] == "united-states")]
    claim = us[us["issue_id"] == "negotiated-end"]
    assert claim["asserted_change"].tolist() == ["softened"]
    parts = members[members["observation_id"].isin(claim["to_observation_id"])].merge(statements, on="statement_id")
    assert parts["quote"].str.contains("Soften Positions|have softened").tolist() == [True, True]


def test_rubios_clauses_are_one_observation(observations, members, statements):
    """Is each clause of Rubio's on the world order a position of its own? They are one, of one day."""
    rubio = observations[(observations["holder_id"] == "marco-rubio") & (observations["level"] == "actor")]
    speech = rubio[rubio["issue_id"] == "multipolar-order"]
    assert (speech["stance"].item(), speech["mixed"].item()) == ("supports", False)
    assert days(speech) == {("2025-02-01", "2025-02-01")}
    clauses = members[members["observation_id"].isin(speech["observation_id"])].merge(statements, on="statement_id")
    assert len(clauses) == speech["n_statements"].item()
    assert {"multipolar"} < set(clauses["quoted_words"].dropna())


def test_a_leak_does_not_cancel_what_is_on_record(observations):
    """What does Russia hold on keeping land, by a leak, a reading and Putin's own words together?"""
    russia = observations[(observations["level"] == "principal") & (observations["holder_id"] == "russia")]
    land = russia[russia["issue_id"] == "russia-keeps-territory"]
    assert (land["stance"].item(), land["source"].item()) == ("strongly_supports", "on_record")


def test_on_which_passages_zelenskys_move_rests(changes, members, statements):
    """Which two passages show Zelensky's move?"""
    move = changes[(changes["holder_id"] == "volodymyr-zelensky") & (changes["direction"] == "softened")]
    passages = members.merge(statements, on="statement_id").set_index("observation_id")["quote"]
    assert "banning himself from direct contact" in passages[move["from_observation_id"].item()]
    assert "ready to [meet Putin face-to-face]" in passages[move["to_observation_id"].item()]


def test_why_more_readiness_is_a_softening(issues):
    """Which way is softer on direct talks, and which way on land?"""
    softer = issues.set_index("issue_id")["softer"]
    assert softer["russia-ukraine-talks"] == "toward_support"
    assert softer["russia-keeps-territory"] == "toward_zero"


# ── Whose words are quoted ────────────────────────────────────────────────────────────────────────


def test_whom_the_article_quotes_in_whole_sentences(statements):
    """Whom does the article quote in whole clauses?"""
    quoted = statements[statements["attribution"] == "direct"]
    assert set(quoted["speaker_id"]) == {"dmitry-peskov", "marco-rubio", "volodymyr-zelensky"}


def test_who_is_quoted_first(statements):
    """Who is the first to be quoted so?"""
    quoted = statements[statements["attribution"] == "direct"].sort_values("char_start")
    assert quoted["speaker_id"].iloc[0] == "dmitry-peskov"


# ── The U.S. and the multipolar world ─────────────────────────────────────────────────────────────


def test_whether_the_us_edged_closer_is_a_fact(statements):
    """That the U.S. position has edged closer to Russia's: is it reported, or somebody's reading?"""
    closer = quoting(statements, "edged closer")
    assert set(closer["holder_id"]) == {"united-states"}
    assert set(closer["attribution"]) == {"interpreted"}
    assert set(closer["source"]) == {"author"}


def test_what_rubio_admitted(statements):
    """Which word of Rubio's on the world order is in quotation marks?"""
    admitted = quoting(statements[statements["speaker_id"] == "marco-rubio"], "admitted that the world has become")
    assert (admitted["quoted_words"].item(), admitted["attribution"].item()) == ("multipolar", "partial")


def test_when_rubio_spoke_of_multipolarity(statements):
    """When did Rubio speak of the multipolar world?"""
    rubio = statements[(statements["holder_id"] == "marco-rubio") & (statements["issue_id"] == "multipolar-order")]
    assert days(rubio) == {("2025-02-01", "2025-02-01")}


def test_what_rubio_calls_a_unipolar_world(statements):
    """What does Rubio call the existence of a unipolar world, and in whose words is it told?"""
    called = quoting(statements[statements["speaker_id"] == "marco-rubio"], "abnormal and anomalous")
    assert called["act"].item() == "criticise"
    assert called["attribution"].item() == "indirect"


def test_which_countries_play_a_role_again(statements):
    """Which countries does Rubio name as playing a role in world politics again?"""
    [passage] = quoting(statements, "multipolarity is returning")["quote"]
    assert "like China and Russia" in passage


def test_what_the_us_has_become(statements):
    """What has the U.S. become, in Rubio's own words?"""
    rubio = statements[statements["speaker_id"] == "marco-rubio"]
    assert rubio["quoted_words"].str.contains("has become a kind of world government in many cases").sum() == 1


def test_what_is_happening_in_the_world(statements):
    """Who says that "terrible things are happening in the world"?"""
    assert set(quoting(statements, "terrible things")["speaker_id"]) == {"marco-rubio"}


def test_to_what_the_world_gets_back(statements):
    """To what will the world eventually get back? The whole sentence is quoted."""
    [sentence] = quoting(statements, "Eventually").itertuples()
    assert "multiple great powers in different parts of the planet" in sentence.quoted_words
    assert (sentence.speaker_id, sentence.attribution) == ("marco-rubio", "direct")


def test_since_when_putin_complains(statements):
    """How long has Putin complained about the "unipolar" order, and is that a change?"""
    putin = quoting(statements[statements["speaker_id"] == "vladimir-putin"], "unipolar")
    assert set(putin["date_text"]) == {"for years"}
    assert set(putin["asserted_change"]) == {"unchanged"}


def test_who_backs_putins_call(statements):
    """Who backs Putin's call for a multipolar order?"""
    [backing] = quoting(statements, "a call backed").itertuples()
    assert (backing.holder_id, backing.issue_id, backing.stance) == ("xi-jinping", "multipolar-order", "supports")


def test_who_is_for_a_multipolar_order(statements, principal):
    """Which countries' representatives are for a multipolar order?"""
    order = statements[statements["issue_id"] == "multipolar-order"]
    supporters = order.loc[order["stance"] >= "supports", "holder_id"]
    assert set(supporters.map(principal)) == {"united-states", "russia", "china"}


def test_how_the_kremlin_took_rubios_remarks(statements):
    """How did the Kremlin take Rubio's remarks?"""
    welcome = quoting(statements, "multipolarity remarks")
    answered = statements[statements["statement_id"].isin(welcome["responds_to_id"])]
    assert (welcome["holder_id"].item(), welcome["act"].item()) == ("kremlin", "praise")
    assert set(answered["speaker_id"]) == {"marco-rubio"}


def test_whose_vision_rubios_remarks_match(statements):
    """To whose vision do Rubio's remarks correspond, as Peskov says?"""
    vision = statements[statements["quoted_words"].str.contains("vision", na=False)]
    assert set(vision["holder_id"]) == {"kremlin", "vladimir-putin"}
    assert set(vision["attribution"]) == {"direct"}


# ── Land ──────────────────────────────────────────────────────────────────────────────────────────


def test_which_line_rubio_will_take(statements):
    """Which line does Rubio suggest that he will take in any talks?"""
    line = quoting(statements, "pragmatic line")
    assert (line["speaker_id"].item(), line["attribution"].item()) == ("marco-rubio", "indirect")


def test_of_whom_rubio_wants_concessions(demands, mentions):
    """Of whom does Rubio want concessions?"""
    concessions = demands[(demands["demander_id"] == "marco-rubio") & (demands["basis"] == "explicit")]
    assert concessions["issue_id"].item() == "mutual-concessions"
    assert "both sides" in set(mentions.loc[mentions["actor_id"].isin(concessions["addressee_id"]), "quote"])


def test_does_rubio_ask_kyiv_to_cede_land(statements, demands):
    """Did Rubio say that Kyiv will have to concede land, or is that read into his words? It is no demand of his."""
    cession = statements[statements["issue_id"] == "ukraine-cedes-territory"]
    assert set(cession["holder_id"]) == {"marco-rubio"}
    assert set(cession["source"]) == {"unattributed"}
    assert cession["stance"].isna().all()
    assert "ukraine-cedes-territory" not in set(demands["issue_id"])


def test_how_much_land_russia_controls(events):
    """How much of Ukraine is under Russian control?"""
    held = events[(events["event_type"] == "occupation") & (events["status"] == "ongoing")]
    assert held["quote"].str.contains("the 20% of Ukrainian lands").any()


def test_what_the_leak_suggested(statements):
    """What did the leak from the Kremlin suggest, and when?"""
    leak = statements[statements["source"] == "leak"]
    assert "limited wiggle room in territorial negotiations" in leak["quote"].item()
    assert leak["date_text"].item() == "late last year"
    assert (leak["date_end"] == "2024-12-31").all()


def test_is_putin_firmer_than_the_leak(statements, principal):
    """Is Putin firmer on keeping land, in words on the record, than the Kremlin in the leak?"""
    land = statements[statements["issue_id"] == "russia-keeps-territory"].dropna(subset="stance")
    assert set(land["holder_id"].map(principal)) == {"russia"}
    leaked = land.loc[land["source"] == "leak", "stance"].item()
    assert (land.loc[land["holder_id"] == "vladimir-putin"].query("source == 'on_record'")["stance"] > leaked).all()


def test_is_the_wiggle_room_the_kremlins_word(demands):
    """Has the Kremlin itself offered the wiggle room?"""
    [wiggle_room] = quoting(demands, "wiggle room").itertuples()
    assert wiggle_room.basis != "explicit"


def test_who_speaks_of_a_swap(statements):
    """Who speaks of swapping land in Kursk for land in Donbas, and as what?"""
    swap = statements[statements["issue_id"] == "kursk-donbas-swap"]
    assert set(swap["source"]) == {"expert"}
    assert set(swap["act"]) == {"speculate"}


def test_is_the_swap_agreed(events):
    """Has the swap been agreed on?"""
    swap = quoting(events, "could be swapped")
    assert (swap["status"].item(), swap["certainty"].item()) == ("hypothetical", "possible")


def test_who_holds_land_in_donbas(events, participants):
    """Who occupies the land in Donbas that it could be swapped for?"""
    donbas = events[(events["event_type"] == "occupation") & (events["place"] == "Donbas")]
    holders = donbas.merge(participants, on="event_id").query("role == 'initiator'")
    assert set(holders["actor_id"]) == {"russian-forces"}


def test_who_holds_land_in_kursk(events, participants, principal):
    """Who holds land in Russia's Kursk region?"""
    kursk = events[(events["event_type"] == "occupation") & (events["iso3"] == "RUS")]
    holders = kursk.merge(participants, on="event_id").query("role == 'initiator'")
    assert set(holders["actor_id"].map(principal)) == {"ukraine"}


def test_for_what_kyiv_has_to_account(statements):
    """For what will Kyiv have to account, and has Putin said so only once?"""
    realities = statements[statements["quoted_words"] == "realities on the ground"]
    assert realities["speaker_id"].item() == "vladimir-putin"
    assert realities["asserted_change"].item() == "unchanged"


def test_what_realities_on_the_ground_means(statements):
    """What does Putin intend by that, and who says so?"""
    reading = quoting(statements[statements["attribution"] == "interpreted"], "most of the land Russia occupies")
    assert reading["holder_id"].item() == "vladimir-putin"
    assert reading["speaker_id"].item() != "vladimir-putin"


def test_which_land_putin_would_hang_on_to(events):
    """Which pieces of land is Putin read to want to keep?"""
    [land] = quoting(events[events["event_type"] == "occupation"], "Crimea")["place"]
    assert land.startswith("Crimea, the land bridge")
    assert "most of the four regions" in land


def test_who_annexed_the_four_regions(events, participants, principal):
    """Who annexed the four regions, and when?"""
    annexed = events[events["event_type"] == "annexation"]
    annexers = annexed.merge(participants, on="event_id").query("role == 'initiator'")
    assert set(annexers["actor_id"].map(principal)) == {"russia"}
    assert days(annexed) == {("2022-01-01", "2022-12-31")}


# ── Who would sit at the table ────────────────────────────────────────────────────────────────────


def test_what_stands_in_the_way_of_talks(statements):
    """What is another obstacle to overcome?"""
    [obstacle] = quoting(statements, "obstacle").itertuples()
    assert "who will participate in the negotiations" in obstacle.quote
    assert obstacle.source == "author"


def test_which_format_putin_wants(statements, formats, seats):
    """Which format does Putin want, and who would sit in it?"""
    wanted = statements[(statements["holder_id"] == "vladimir-putin") & (statements["issue_id"] == "bilateral-format")]
    assert set(wanted.merge(formats, on="format_id")["configuration"]) == {"bilateral"}
    assert set(wanted.merge(seats, on="format_id")["actor_id"]) == {"kremlin", "white-house"}


def test_which_format_zelensky_wants(demands, issues):
    """Which format has Zelensky called for?"""
    about_format = demands.merge(issues[issues["topic"] == "format"], on="issue_id")
    zelensky = about_format[about_format["demander_id"] == "volodymyr-zelensky"]
    assert set(zelensky["label"]) == {"Four-way format"}


def test_who_sits_at_the_four_way_table(formats, seats, principal):
    """Who are the four of the four-way talks?"""
    four = formats[formats["configuration"] == "four_way"].merge(seats, on="format_id")
    assert set(four["actor_id"].map(principal)) == {"russia", "united-states", "ukraine", "european-union"}
    assert set(four["n_named_parties"]) == {4}
    assert set(four["role"]) == {"party"}


def test_what_putin_says_of_four_way_talks(statements):
    """What did Putin say of four-way talks, and when? No word makes it an answer to Zelensky's call."""
    early = statements[statements["quoted_words"] == "too early"]
    assert (early["holder_id"].item(), early["issue_id"].item()) == ("vladimir-putin", "four-way-format")
    assert days(early) == {("2025-01-27", "2025-02-02")}
    assert early["responds_to_id"].isna().all()


def test_has_putin_ruled_out_four_way_talks(statements):
    """Has Putin ruled out four-way talks for good?"""
    four_way = statements[statements["issue_id"] == "four-way-format"]
    [putin] = four_way.loc[four_way["holder_id"] == "vladimir-putin", "stance"]
    assert putin != "strongly_opposes"


def test_in_which_format_leaders_would_talk(formats, seats):
    """In which format would leaders talk to each other, and which leaders?"""
    leaders = formats[(formats["level"] == "leaders") & (formats["configuration"] == "bilateral")]
    assert set(leaders.merge(seats, on="format_id")["actor_id"]) == {"vladimir-putin", "volodymyr-zelensky"}


def test_which_demands_bear_which_format(demands, formats):
    """Who demands, refuses or puts off which format?"""
    wanted = demands.merge(formats, on="format_id")
    moves = set(zip(wanted["demander_id"], wanted["move"], wanted["configuration"], strict=True))
    assert ("volodymyr-zelensky", "demand", "four_way") in moves
    assert ("vladimir-putin", "deferral", "four_way") in moves
    assert ("vladimir-putin", "demand", "bilateral") in moves


def test_which_format_both_leaders_refused_and_offered(demands, principal):
    """On which formats do refusals meet later offers, on either side?"""
    moves = demands[demands["move"].isin(["refusal", "offer"]) & demands["format_id"].notna()]
    sides = moves.groupby(moves["demander_id"].map(principal))["move"].agg(set)
    assert sides.to_dict() == {"russia": {"refusal", "offer"}, "ukraine": {"refusal", "offer"}}


def test_who_clashes_on_the_format(clashes):
    """Who clashes with whom on the format, by two issues that are alternatives?"""
    formats = clashes[clashes["issue_id"] == "bilateral-format"]
    assert set(formats["relation"]) == {"alternative_to"}
    assert set(zip(formats["holder_id"], formats["other_holder_id"], strict=True)) == {("russia", "ukraine")}


def test_who_clashes_on_land(clashes):
    """Whose positions on withdrawal and on keeping land cannot both come true?"""
    land = clashes[clashes["relation"] == "incompatible_with"]
    withdrawal = land[land["issue_id"] == "russian-withdrawal-before-talks"]
    kept = withdrawal[withdrawal["other_issue_id"] == "russia-keeps-territory"]
    assert set(zip(kept["holder_id"], kept["other_holder_id"], strict=True)) == {("ukraine", "russia")}


def test_who_clashes_on_nato(observations):
    """Who is for and who against Ukraine in NATO, by principal?"""
    nato = observations[
        (observations["level"] == "principal") & (observations["issue_id"] == "ukraine-nato-membership")
    ]
    assert set(nato.loc[nato["stance"] >= "supports", "holder_id"]) == {"ukraine"}
    assert set(nato.loc[nato["stance"] <= "opposes", "holder_id"]) == {"russia"}


def test_which_talks_were_mediated(formats, seats):
    """Which talks had a mediator, and who was it?"""
    mediated = formats[formats["mediated"] == "yes"].merge(seats, on="format_id")
    assert set(mediated.loc[mediated["role"] == "mediator", "actor_id"]) == {"qatar"}


# ── The timetable ─────────────────────────────────────────────────────────────────────────────────


def test_how_firm_the_timetable_is(statements):
    """Is there a timetable for negotiations?"""
    assert quoting(statements, "timetable")["quote"].item().startswith("A rough timetable for negotiations has emerged")


def test_with_what_the_timetable_kicks_off(events, documents):
    """What comes first after the day of publication, and when?"""
    ahead = events[events["date_start"] > documents["published"].item()].sort_values("date_start")
    first = ahead[ahead["date_start"] == ahead["date_start"].min()]
    assert days(first) == {("2025-02-12", "2025-02-12")}
    assert first["quote"].str.contains("a Ramstein meeting of the Ukraine Defense Contact Group").any()


def test_what_will_be_pledged_at_ramstein(events):
    """What is the Ramstein meeting to bring, and to whom?"""
    ramstein = events[events["quote"].str.contains("Ramstein") & (events["event_type"] == "meeting")]
    pledge = events[events["part_of_id"].isin(ramstein["event_id"])]
    assert pledge["quote"].item() == "more military support will be pledged"
    assert pledge["event_type"].item() == "aid_decision"


def test_what_the_pledge_is_for(statements):
    """What is the military support to bolster?"""
    assert (
        "its negotiating position in talks with Russia" in quoting(statements, "more military support")["quote"].item()
    )


def test_who_presents_the_us_plan(events, participants):
    """Who is to present the U.S. plan, when, and is it sure?"""
    plan = events[(events["event_type"] == "statement_event") & (events["status"] == "expected")]
    presenter = plan.merge(participants, on="event_id").query("role == 'initiator'")
    assert set(presenter["actor_id"]) == {"keith-kellogg"}
    assert days(plan) == {("2025-02-14", "2025-02-16")}
    assert set(plan["certainty"]) == {"probable"}


def test_who_expects_kellogg_to_present_it(statements):
    """Who expects Kellogg to present the plan? Somebody whom the passive hides."""
    expectation = quoting(statements, "[expected](#) to present")
    assert (expectation["speaker_id"].item(), expectation["source"].item()) == ("unnamed-anticipators", "unattributed")


def test_at_which_occasion_the_plan_is_presented(events):
    """At which occasion is the plan to be presented?"""
    plan = events[events["event_type"] == "statement_event"]
    occasion = events[events["event_id"].isin(plan["part_of_id"])]
    assert occasion["title"].item() == "Munich Security Conference"


def test_what_trump_has_called_for(demands):
    """By when does Trump want the conflict ended?"""
    trump = demands[(demands["demander_id"] == "donald-trump") & (demands["issue_id"] == "quick-end")]
    assert "within the first 100 days of his presidency" in trump["quote"].item()
    assert trump["move"].item() == "demand"


def test_are_details_of_the_plan_known(statements):
    """Have details of the plan been released?"""
    assert set(quoting(statements, "No details of the plan have been released")["source"]) == {"author"}


def test_where_kellogg_goes_after_munich(events):
    """Where does Kellogg go after Munich, and how sure is it?"""
    trip = quoting(events[events["event_type"] == "visit"], "Kellogg")
    assert (trip["place"].item(), trip["iso3"].item()) == ("Kyiv", "UKR")
    assert trip["certainty"].item() == "probable"
    assert trip["date_start"].item() >= quoting(events, "Munich Security Conference")["date_end"].max()


def test_whom_kellogg_meets_in_kyiv(events, participants):
    """Whom is Kellogg to meet in Kyiv?"""
    trip = quoting(events[events["event_type"] == "visit"], "Kellogg")
    there = events[events["part_of_id"].isin(trip["event_id"])].merge(participants, on="event_id")
    assert set(there["actor_id"]) == {"keith-kellogg", "volodymyr-zelensky", "ukrainian-officials"}


def test_where_zelensky_travels(events, participants):
    """Where is Zelensky planning to travel after Munich?"""
    trips = events[events["event_type"] == "visit"].merge(participants, on="event_id")
    zelensky = trips[(trips["actor_id"] == "volodymyr-zelensky") & (trips["role"] == "initiator")]
    assert set(zelensky["place"]) == {"several countries in the Gulf region"}
    assert set(zelensky["certainty"]) == {"probable"}


def test_who_says_that_zelensky_travels(statements):
    """On whose word does that travel plan rest?"""
    assert set(quoting(statements, "Gulf region")["source"]) == {"media_report"}


# ── Elections and rare earths ─────────────────────────────────────────────────────────────────────


def test_who_wants_elections_in_ukraine(statements):
    """Who would like to see elections in Ukraine, and who signaled it?"""
    elections = statements[statements["issue_id"] == "elections-after-ceasefire"]
    assert set(elections["holder_id"]) == {"united-states"}
    assert set(elections["speaker_id"]) == {"keith-kellogg"}


def test_how_hard_the_us_presses_for_elections(demands):
    """Is that a demand or a wish?"""
    assert set(demands.loc[demands["issue_id"] == "elections-after-ceasefire", "flexibility"]) == {"aspiration"}


def test_what_trump_wants_for_us_support(demands):
    """For what would Trump trade U.S. support?"""
    trade = demands[(demands["demander_id"] == "donald-trump") & (demands["flexibility"] == "conditional")]
    assert trade["issue_id"].item() == "rare-earth-access"
    assert "in return for U.S. support" in trade["condition"].item()


# ── Earlier attempts ──────────────────────────────────────────────────────────────────────────────


def test_how_many_attempts_there_have_been(statements):
    """Counting the upcoming talks, how many attempts at bringing the war to an end have there been?"""
    assert (
        "third attempt at bringing the war to an end" in quoting(statements, "upcoming ceasefire talks")["quote"].item()
    )


def test_which_attempts_there_have_been(events):
    """Which attempts at ending the war came before, how did each end, and which is the third?"""
    assert quoting(events, "Istanbul peace deal")["status"].item() == "failed"
    talks = events.dropna(subset="format_id").set_index("format_id")["status"]
    assert talks["qatar-mediated"] == "aborted"
    assert talks["upcoming-ceasefire-talks"] == "expected"


def test_when_the_earlier_attempts_were_made(events):
    """When were they made?"""
    assert days(events[events["status"] == "failed"]) == {("2022-01-01", "2022-12-31")}
    assert days(events[events["status"] == "aborted"]) == {("2024-08-01", "2024-08-31")}


def test_what_a_plover_user_finds(events):
    """Which events are visits, by PLOVER, and of which quad class?"""
    visits = events[(events["plover_type"] == "CONSULT") & (events["plover_mode"] == "visit")]
    assert set(visits["event_type"]) == {"visit"}
    assert set(visits["plover_quad"]) == {"verbal_cooperation"}


def test_what_russia_bombed(events, participants):
    """Who bombed what, that the Qatar-mediated talks were to end?"""
    bombing = events[events["quote"] == "Russia’s bombing of Ukraine’s energy infrastructure"]
    roles = bombing.merge(participants, on="event_id").set_index("role")["actor_id"]
    assert (roles["initiator"], roles["target"]) == ("russia", "ukraine")


def test_what_stopped_the_qatar_talks(events, relations, participants, principal):
    """After what were the talks of August 2024 aborted, and who did it?"""
    aborted = events[events["status"] == "aborted"]
    before = aborted.merge(relations, on="event_id").query("relation == 'after'")["other_event_id"]
    incursion = quoting(events[events["event_id"].isin(before)], "incursion")
    did_it = incursion.merge(participants, on="event_id").query("role == 'initiator'")
    assert set(did_it["actor_id"].map(principal)) == {"ukraine"}


def test_is_the_incursion_said_to_be_the_cause(events, relations):
    """Does the text give the incursion as the cause? It says that they were aborted after it, and no more."""
    aborted = events[events["status"] == "aborted"]
    incursion = quoting(events, "incursion")
    related = aborted.merge(relations, on="event_id")
    assert set(related.loc[related["other_event_id"].isin(incursion["event_id"]), "relation"]) == {"after"}


def test_which_attempt_followed_the_istanbul_deal(events, relations):
    """What came after the failed Istanbul peace deal?"""
    failed = events[events["status"] == "failed"]
    followed = relations[relations["other_event_id"].isin(failed["event_id"])].merge(events, on="event_id")
    assert set(followed["relation"]) == {"after"}
    assert followed["quote"].str.contains("Qatar-mediated talks").all()


def test_whether_martial_law_and_bombing_continue(events):
    """Are martial law and the bombing of energy infrastructure still going on? Only a past time is spoken of."""
    told = events[events["title"].str.contains("[Mm]artial law|Russia's bombing")]
    assert set(told["status"]) == {"occurred"}
    assert set(told["date_end"].dt.year) == {2024}
    assert told["note"].str.contains("does not say").all()


def test_what_zelensky_hoped_for_in_2024(statements):
    """What did Zelensky hope for in 2024?"""
    [hope] = quoting(statements[statements["holder_id"] == "volodymyr-zelensky"], "hoped to").itertuples()
    assert "bring the war to an end that year" in hope.quote
    assert hope.date_start.year == hope.date_end.year == 2024


def test_when_hopes_were_building(statements):
    """When had hopes for talks been building?"""
    [hopes] = quoting(statements, "Hopes for talks").itertuples()
    assert "in the middle of 2024" in hopes.quote
    assert hopes.speaker_id == "ben-aris"  # who claims it now, of then


# ── U.S. support ──────────────────────────────────────────────────────────────────────────────────


def test_why_kyiv_is_in_limbo(statements):
    """Why has Kyiv been left in limbo, and who says so?"""
    limbo = quoting(statements, "Kyiv has been left in limbo")
    assert "the level of U.S. support for Ukraine remains unclear" in limbo["quote"].item()
    assert limbo["source"].item() == "author"


def test_what_dominated_headlines(events, statements):
    """Which troubles have dominated headlines?"""
    headlines = " / ".join(quoting(statements, "dominated headlines")["quote"])
    assert "demands for mining deals" in headlines
    assert {"Missing money", "delayed arms deliveries"} <= set(events["quote"])


def test_of_whom_zelensky_asks_support(demands):
    """Whom does Zelensky lobby to continue its support?"""
    support = demands[demands["issue_id"] == "us-military-support"]
    zelensky = support[support["demander_id"] == "volodymyr-zelensky"]
    assert (zelensky["move"].item(), zelensky["addressee_id"].item()) == ("request", "white-house")


def test_how_the_front_holds(events):
    """How do Ukraine's defenses in the Donbas fare?"""
    front = events[events["place"].str.contains("Donbas", na=False) & (events["event_type"] == "military_operation")]
    assert front["quote"].str.startswith("a slow collapse").all()
    assert set(front["status"]) == {"ongoing"}


def test_how_kyiv_calls_its_talks_with_the_white_house(statements, events):
    """At which stage are the talks between Kyiv and the White House, in Kyiv's word?"""
    stage = quoting(statements, "talks with the White House")
    assert (stage["speaker_id"].item(), stage["quoted_words"].item()) == ("ukrainian-government", "active")
    assert set(events.loc[events["format_id"].isin(stage["format_id"]), "status"]) == {"ongoing"}


def test_are_new_packages_agreed(statements, events):
    """Have agreements on new military packages been reached?"""
    packages = quoting(events, "no agreements on new military packages")
    assert packages["status"].item() not in {"occurred", "planned"}
    assert "ukrainian-government" in set(quoting(statements, "no agreements on new military packages")["speaker_id"])


def test_who_says_that_trump_cut_off_supplies(statements):
    """Who says that Trump briefly cut off military supplies, and who says otherwise?"""
    [report] = quoting(statements, "briefly cut off").itertuples()
    [denial] = statements[statements["statement_id"] == report.contradicts_id].itertuples()
    assert report.source == "media_report"
    assert (denial.speaker_id, denial.act) == ("volodymyr-zelensky", "deny")
    assert "has not been stopped; it continues" in denial.quoted_words


def test_which_events_are_disputed(events, participants):
    """Which event does somebody in the article dispute, and who is said to have done it?"""
    disputed = events[events["certainty"] == "disputed"]
    assert "cut off military supply deliveries" in disputed["quote"].item()
    did_it = disputed.merge(participants, on="event_id").query("role == 'initiator'")
    assert set(did_it["actor_id"]) == {"donald-trump"}


def test_what_the_white_house_debated(events, participants):
    """Who debated the supplies internally?"""
    debate = quoting(events, "debated the matter internally").merge(participants, on="event_id")
    assert set(debate["actor_id"]) == {"white-house"}


def test_for_what_zelensky_is_grateful(statements):
    """For what does Zelensky thank the U.S., and when?"""
    thanks = statements[(statements["holder_id"] == "volodymyr-zelensky") & (statements["act"] == "praise")]
    assert thanks["issue_id"].item() == "us-military-support"
    assert days(thanks) == {("2025-02-05", "2025-02-05")}


def test_what_is_too_early_for_zelensky(statements):
    """What is it too early to discuss, in Zelensky's words?"""
    early = statements[statements["quoted_words"].str.contains("too early to discuss that", na=False)]
    assert (early["holder_id"].item(), early["issue_id"].item()) == ("volodymyr-zelensky", "new-military-packages")


def test_where_zelensky_said_it(events):
    """At which occasion and where did he say so?"""
    press = events[events["event_type"] == "press_event"]
    assert (press["place"].item(), press["status"].item()) == ("Kyiv", "occurred")


def test_whom_zelensky_met_on_wednesday(events, participants):
    """Whom did Zelensky meet on Wednesday, before the press conference?"""
    meeting = events[(events["event_type"] == "meeting") & (events["date_text"] == "on Wednesday")]
    assert set(meeting.merge(participants, on="event_id")["actor_id"]) == {"volodymyr-zelensky", "david-lammy"}
    assert days(meeting) == {("2025-02-05", "2025-02-05")}


# ── The plan, NATO and nuclear weapons ────────────────────────────────────────────────────────────


def test_where_all_eyes_will_be(statements):
    """On whom will all eyes be?"""
    assert "Kellogg's Munich appearance" in quoting(statements, "All eyes")["quote"].item()


def test_what_the_plan_is_anticipated_to_contain(demands):
    """Which components of the plan are anticipated?"""
    plan = demands[(demands["demander_id"] == "trump-administration") & (demands["basis"] == "anticipated")]
    assert set(plan["issue_id"]) == {"frozen-conflict", "security-guarantees"}


def test_what_the_plan_leaves_open(statements):
    """What would the plan leave in limbo?"""
    freeze = statements[statements["issue_id"] == "frozen-conflict"]
    assert "the status of Russian-occupied territories left in limbo" in freeze["quote"].item()


def test_is_the_freeze_more_than_imagined(events):
    """Are the freeze and the guarantees agreed on, or only imagined so far?"""
    components = events[
        events["quote"].isin(
            ["a freeze of the conflict", "the provision of unspecified security guarantees to Ukraine"]
        )
    ]
    assert components["status"].tolist() == ["hypothetical", "hypothetical"]


def test_how_zelensky_commends_nato_membership(statements):
    """What is NATO membership, in Zelensky's word?"""
    cheapest = statements[statements["quoted_words"] == "cheapest"]
    assert (cheapest["holder_id"].item(), cheapest["issue_id"].item()) == (
        "volodymyr-zelensky",
        "ukraine-nato-membership",
    )
    assert cheapest["date_text"].item() == "previously"


def test_with_what_zelensky_would_make_do(demands):
    """Which lesser membership would Zelensky accept, and for which land?"""
    partial = demands[demands["issue_id"] == "partial-nato-membership"]
    assert partial["demander_id"].item() == "volodymyr-zelensky"
    assert "only Ukrainian territories under Kyiv's control" in partial["quote"].item()


def test_who_is_for_and_who_against_membership(statements, issues):
    """Who is for and who is against membership, whole or partial?"""
    nato = statements.merge(issues[issues["topic"] == "alliance_membership"], on="issue_id")
    assert set(nato.loc[nato["stance"] >= "supports", "holder_id"]) == {"volodymyr-zelensky"}
    assert set(nato.loc[nato["stance"] <= "opposes", "holder_id"]) == {"vladimir-putin"}


def test_who_is_reluctant_to_give_guarantees(statements):
    """Who has so far been reluctant to offer concrete security deals?"""
    guarantees = statements[statements["issue_id"] == "security-guarantees"]
    reluctant = guarantees[guarantees["stance"] <= "opposes"]
    assert set(reluctant["holder_id"]) == {"ukraines-allies"}
    assert set(reluctant["date_text"]) == {"so far"}


def test_when_zelensky_wants_nuclear_weapons(demands):
    """On which condition should Kyiv be given nuclear weapons, and what for?"""
    [nuclear] = demands[demands["issue_id"] == "nuclear-weapons-for-ukraine"].itertuples()
    assert "NATO" in nuclear.condition
    assert "secure its territory" in nuclear.condition
    assert "to deter Russia from future attacks" in nuclear.quote


def test_instead_of_what_kyiv_gets_nuclear_weapons(events, relations):
    """Instead of what should Kyiv be given nuclear weapons?"""
    given = quoting(events, "Kyiv should be given nuclear weapons").merge(relations, on="event_id")
    others = events[events["event_id"].isin(given.loc[given["relation"] == "instead_of", "other_event_id"])]
    assert set(others["quote"]) == {"to take Ukraine into NATO", "secure its territory"}


def test_how_the_kremlin_answered(demands, statements):
    """How did the Kremlin answer Zelensky's call for nuclear weapons?"""
    call = demands.loc[demands["issue_id"] == "nuclear-weapons-for-ukraine", "statement_id"]
    answer = statements[statements["responds_to_id"].isin(call)]
    assert (answer["holder_id"].item(), answer["quoted_words"].item()) == ("kremlin", "madness")


def test_who_threatens_with_nuclear_weapons(statements):
    """Who is said to have threatened to use nuclear weapons, and who says so?"""
    threat = quoting(statements, "repeatedly, but indirectly, threatened")
    assert (threat["holder_id"].item(), threat["speaker_id"].item()) == ("vladimir-putin", "ben-aris")
    assert (threat["attribution"].item(), threat["act"].item()) == ("interpreted", "assert")


def test_acts_of_the_author(statements):
    """What does the author do in his own voice? He asserts and speculates; he demands and threatens nothing."""
    assert set(statements.loc[statements["source"] == "author", "act"]) == {"assert", "speculate"}


def test_which_demands_hang_on_a_condition(demands):
    """Who wants something only on a condition?"""
    conditional = demands[demands["flexibility"] == "conditional"]
    assert set(conditional["demander_id"]) == {"donald-trump", "volodymyr-zelensky"}


# ── Headings, paragraphs and sentences ────────────────────────────────────────────────────────────


def test_which_headings_the_article_has(sentences):
    """Under which headings does the text stand, in their order?"""
    headline, *sections = sentences.sort_values("sentence")["heading"].dropna().unique()
    assert headline.startswith("U.S., Ukraine and Russia Soften Positions")
    assert sections == ["Ceasefire plan"]


def test_what_stands_under_the_ceasefire_plan(events, sentences):
    """Of which attempts to end the war does the section on the ceasefire plan report, and where is the war itself?"""
    placed = events.merge(sentences, on=["doc_id", "sentence"]).set_index("quote")["heading"]
    assert placed[placed.index.str.contains("Qatar-mediated")].eq("Ceasefire plan").all()
    assert not placed[placed.index.str.contains("full-scale war")].eq("Ceasefire plan").any()


def test_which_issues_only_the_last_section_has(statements, sentences):
    """Which positions are reported under the ceasefire plan and nowhere before?"""
    placed = statements.merge(sentences, on=["doc_id", "sentence"]).dropna(subset="issue_id")
    below = placed["heading"] == "Ceasefire plan"
    only_below = set(placed.loc[below, "issue_id"]) - set(placed.loc[~below, "issue_id"])
    assert {"security-guarantees", "nuclear-weapons-for-ukraine", "us-military-support"} <= only_below
    assert "russia-ukraine-talks" not in only_below


def test_which_rows_are_one_sentence(statements):
    """Which positions does the sentence with Peskov's quotation hold?"""
    peskov = quoting(statements, "big problems de jure")
    together = statements.merge(peskov[["doc_id", "sentence"]].drop_duplicates())
    assert set(together["issue_id"]) == {"zelensky-legitimacy", "russia-ukraine-talks", "negotiated-end"}
    assert set(together["speaker_id"]) == {"dmitry-peskov"}


def test_where_the_first_statement_is(statements):
    """In which paragraph is the first statement? It is in the headline."""
    first = statements.sort_values("char_start").iloc[0]
    assert (first["paragraph"], "Soften Positions" in first["quote"]) == (1, True)


# ── What the article does not say ─────────────────────────────────────────────────────────────────
# An empty cell or an empty frame is the answer. Find the row first, so that the silence is the article's and
# not a misspelt filter's.


def test_silence_what_stands_behind_the_headlines_softening(statements):
    """How far do the three go, by the headline? It gives no stance."""
    assert quoting(statements, "Soften Positions")["stance"].isna().tolist() == [True, True, True]


def test_silence_what_the_us_position_was_before(changes):
    """From which earlier position has the U.S. softened? The text asserts the change and shows no earlier one."""
    us = changes[(changes["level"] == "actor") & (changes["holder_id"] == "united-states")]
    claimed = us[us["asserted_change"] == "softened"]
    assert claimed["from_stance"].isna().all()
    assert set(claimed["agreement"]) == {"asserted_only"}


def test_silence_who_hardened(statements):
    """Who is said to have hardened? Nobody."""
    assert statements[statements["asserted_change"] == "hardened"].empty


def test_silence_whether_zelensky_dropped_his_preconditions(demands):
    """Has Zelensky withdrawn his preconditions? He softened his position; that he dropped them is not said."""
    preconditions = demands[demands["flexibility"] == "precondition"]
    assert set(preconditions["status"]).isdisjoint({"withdrawn", "met"})


def test_silence_when_putin_ruled_out_talks(statements):
    """When did Putin rule out speaking with Zelensky? No words date it."""
    [refusal] = quoting(statements, "directly speaking with Zelensky")["date_text"].isna()
    assert refusal


def test_silence_whether_putin_himself_is_ready_to_meet(statements):
    """Is Putin himself ready for talks with Zelensky? Only the Kremlin and Peskov speak."""
    talks = statements[statements["issue_id"] == "russia-ukraine-talks"]
    assert talks[(talks["holder_id"] == "vladimir-putin") & (talks["stance"] >= "supports")].empty


def test_silence_where_putin_and_zelensky_would_meet(events):
    """Where and when would Putin and Zelensky meet?"""
    meeting = quoting(events, "meet Putin face-to-face")
    assert meeting["place"].isna().tolist() == [True]
    assert days(meeting) == {("open", "open")}


def test_silence_what_became_of_the_decree(events):
    """Has Zelensky's decree been lifted? Only its making is told."""
    decrees = events[events["event_type"] == "decree"]
    assert decrees["quote"].str.contains("banning himself").all()
    assert len(decrees) == 1


def test_silence_what_xi_said(statements, actor):
    """In which words did Xi back the call? He is not quoted."""
    xi = statements[statements["holder_id"] == actor["Xi Jinping"]]
    assert len(xi) == 1
    assert xi["quoted_words"].isna().all()
    assert statements[statements["speaker_id"] == actor["Xi Jinping"]].empty


def test_silence_which_office_xi_holds(mentions, actor):
    """Which office does Xi hold? He is "China's"."""
    assert mentions.loc[mentions["actor_id"] == actor["Xi Jinping"], "role_title"].isna().tolist() == [True]


def test_silence_what_the_related_article_says(statements, events):
    """Where do they stand by the related article? Only its headline is linked."""
    assert quoting(statements, "Peace Talks Loom").empty
    assert quoting(events, "Peace Talks Loom").empty


def test_silence_who_interprets_rubio(statements, actors):
    """Who reads Rubio's call for concessions so? The passive hides it."""
    readers = quoting(statements, "has been interpreted to mean")["speaker_id"]
    assert set(actors.set_index("actor_id").loc[readers, "actor_type"]) == {"unnamed_source"}


def test_silence_who_leaked(events, participants):
    """Who leaked?"""
    leak = quoting(events[events["event_type"] == "publication"], "A leak from the Kremlin")
    assert len(leak) == 1
    assert leak.merge(participants, on="event_id").query("role == 'initiator'").empty


def test_silence_who_the_experts_are(statements, actors):
    """Who are the experts, for whom do they work, and are they for the swap they speak of?"""
    swap = statements[statements["issue_id"] == "kursk-donbas-swap"]
    experts = actors[actors["actor_id"].isin(swap["speaker_id"])]
    assert set(experts["actor_type"]) == {"unnamed_source"}
    assert experts["parent_id"].isna().all()
    assert swap["stance"].isna().all()


def test_silence_which_four_regions(events, tables):
    """Which are the four regions? None is named."""
    assert set(events.loc[events["event_type"] == "annexation", "place"]) == {"four regions"}
    named = "Donetsk|Luhansk|Zaporizh|Kherson"
    assert not any(tables[name]["quote"].str.contains(named).any() for name in ("statements", "events", "demands"))


def test_silence_how_many_troops(events):
    """How many Russian troops are in Ukraine? "All" is the only word on their number."""
    numbers = quoting(events, "Russian troops")["quote"].str.extract(r"(\w+) Russian troops")
    assert set(numbers[0]) == {"all"}


def test_silence_whether_us_wants_bilateral_talks(statements, principal):
    """Does the White House want to negotiate with the Kremlin alone?"""
    bilateral = statements[statements["issue_id"] == "bilateral-format"]
    assert set(bilateral["holder_id"].map(principal)) == {"russia"}


def test_silence_who_mediates_kremlin_and_us_talks(formats, seats):
    """Who mediates between the Kremlin and the White House?"""
    bilateral = formats[formats["format_id"] == "kremlin-white-house"]
    assert bilateral["mediated"].item() == "none_named"
    assert "mediator" not in set(bilateral.merge(seats, on="format_id")["role"])


def test_silence_at_which_level_the_four_would_talk(formats):
    """At which level would the four talk, and in one room?"""
    [four_way] = formats[formats["configuration"] == "four_way"].itertuples()
    assert (four_way.level, four_way.mode) == ("unspecified", "unspecified")


def test_silence_when_four_way_talks_start(events):
    """When and where do four-way talks start? They are imagined, and undated."""
    [four_way] = events[events["format_id"] == "four-way"].itertuples()
    assert four_way.status == "hypothetical"
    assert days(events[events["format_id"] == "four-way"]) == {("open", "open")}


def test_silence_what_the_european_union_wants(statements, demands, actor):
    """Does the European Union support a format?"""
    assert statements[statements["holder_id"] == actor["European Union"]].empty
    assert demands[demands["demander_id"] == actor["European Union"]].empty


def test_silence_who_takes_part_in_the_upcoming_talks(formats, seats):
    """Who will take part in the upcoming ceasefire talks?"""
    upcoming = formats[formats["format_id"] == "upcoming-ceasefire-talks"]
    assert upcoming["configuration"].item() == "unspecified"
    assert upcoming.merge(seats, on="format_id").empty


def test_silence_who_made_the_istanbul_deal(events, participants):
    """Between whom was the peace deal of 2022?"""
    istanbul = quoting(events, "Istanbul peace deal")
    assert len(istanbul) == 1
    assert istanbul.merge(participants, on="event_id").empty


def test_silence_who_pledges_at_ramstein(events, participants):
    """Which countries will pledge support on Feb. 12?"""
    pledge = quoting(events, "will be pledged")
    assert len(pledge) == 1
    assert pledge.merge(participants, on="event_id").query("role == 'initiator'").empty


def test_silence_on_which_day_the_hundred_days_end(demands):
    """On which date do Trump's 100 days end, and of whom does he want it?"""
    [trump] = quoting(demands, "100 days")[["deadline_edtf", "addressee_id"]].isna().to_numpy()
    assert trump.tolist() == [True, True]


def test_silence_what_the_announced_plan_contains(demands, actor):
    """What does the plan contain, as announced? It has not been; nothing in it is explicit."""
    plan = demands[demands["demander_id"] == actor["Trump administration"]]
    assert len(plan) == 2
    assert plan[plan["basis"] == "explicit"].empty


def test_silence_which_gulf_countries(events, participants, actors):
    """Which Gulf countries will Zelensky visit?"""
    trip = quoting(events[events["event_type"] == "visit"], "Gulf region")
    hosts = trip.merge(participants, on="event_id").merge(actors, on="actor_id")
    assert "state" not in set(hosts["actor_type"])
    assert "collective" in set(hosts["actor_type"])


def test_silence_when_elections_would_be_held(events):
    """On which date would Ukraine vote? After a ceasefire, which has no date either."""
    elections = quoting(events, "elections held in Ukraine")
    assert (elections["status"].item(), days(elections)) == ("hypothetical", {("open", "open")})


def test_silence_the_price_of_the_mining_deal(demands, issues):
    """At what price would the U.S. get the rare earths?"""
    minerals = demands.merge(issues[issues["topic"] == "resources"], on="issue_id")
    assert len(minerals) == 1
    assert not (minerals["quote"] + minerals["content"]).str.contains(r"[\d$]").any()


def test_silence_whether_ukraine_agrees_to_the_mining_deal(statements, principal):
    """Does Ukraine agree to the mining deal?"""
    minerals = statements[statements["issue_id"] == "rare-earth-access"]
    assert "united-states" in set(minerals["holder_id"].map(principal))
    assert "ukraine" not in set(minerals["holder_id"].map(principal))


def test_silence_whose_hopes_were_building(statements):
    """Whose hopes for talks had been building? The author's sentence gives no holder but himself, and no stance."""
    [hopes] = quoting(statements, "Hopes for talks").itertuples()
    assert hopes.holder_id == hopes.speaker_id == "ben-aris"


def test_silence_who_delays_the_arms(events, participants):
    """Who delays the arms deliveries, and whose money is missing?"""
    troubles = events[events["quote"].isin(["Missing money", "delayed arms deliveries"])]
    assert len(troubles) == 2
    assert troubles.merge(participants, on="event_id").query("role == 'initiator'").empty


def test_silence_when_trump_cut_off_supplies(events):
    """When did Trump cut off supplies, and for how long?"""
    assert days(quoting(events, "briefly cut off")) == {("open", "open")}


def test_silence_what_trump_says_of_the_cut(statements, actor):
    """Does Trump say that he cut off supplies? He speaks of other things."""
    trump = statements[statements["speaker_id"] == actor["Donald Trump"]]
    assert set(trump["issue_id"]) == {"quick-end", "rare-earth-access"}


def test_silence_what_trump_says_in_quotes(statements, actor):
    """In which words does Trump speak? Nothing of his stands in quotation marks."""
    trump = statements[statements["speaker_id"] == actor["Donald Trump"]]
    assert set(trump["attribution"]) == {"indirect"}
    assert trump["quoted_words"].isna().all()


def test_silence_what_lammy_said(statements, demands, actor):
    """What did Lammy say, and what does he want?"""
    assert statements[statements["speaker_id"] == actor["David Lammy"]].empty
    assert statements[statements["holder_id"] == actor["David Lammy"]].empty
    assert demands[demands["demander_id"] == actor["David Lammy"]].empty


def test_silence_where_zelensky_met_lammy(events, participants, actor):
    """Where did they meet? Only the press conference has a place."""
    met = participants.loc[participants["actor_id"] == actor["David Lammy"], "event_id"]
    assert events.loc[events["event_id"].isin(met), "place"].isna().tolist() == [True]


def test_silence_who_guarantees_ukraines_security(events, participants):
    """Who would give Ukraine the security guarantees, and which? They are "unspecified"."""
    guarantees = quoting(events, "unspecified security guarantees").merge(participants, on="event_id")
    assert set(guarantees["actor_id"]) == {"ukraine"}


def test_silence_which_allies_are_reluctant(actors, actor):
    """Which allies are reluctant? They stay a group without members."""
    assert actors.loc[actors["actor_id"] == actor["Ukraine's allies"], "actor_type"].item() == "collective"
    assert actors[actors["parent_id"] == actor["Ukraine's allies"]].empty


def test_silence_who_should_give_kyiv_nuclear_weapons(demands, events, participants):
    """Who should give Kyiv nuclear weapons?"""
    assert demands.loc[demands["issue_id"] == "nuclear-weapons-for-ukraine", "addressee_id"].isna().tolist() == [True]
    gift = quoting(events, "should be given nuclear weapons").merge(participants, on="event_id")
    assert "initiator" not in set(gift["role"])


def test_silence_which_words_putin_threatened_in(statements):
    """In which words did Putin threaten? None are quoted, and none are reported as his."""
    nuclear = statements[statements["issue_id"] == "russian-nuclear-use"]
    assert len(nuclear) == 1
    assert nuclear["quoted_words"].isna().all()
    assert "vladimir-putin" not in set(nuclear["speaker_id"])


def test_silence_which_of_putins_demands_are_met(demands, actor):
    """Which of Putin's demands have been met?"""
    putin = demands[demands["demander_id"] == actor["Vladimir Putin"]]
    assert len(putin) > 0
    assert set(putin["status"]).isdisjoint({"met", "partly_met"})
