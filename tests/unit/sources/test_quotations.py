"""Quotations are found between the marks of all languages, and apostrophes and other signs are none."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stancebook.sources.quotation_marks import CLOSING_MARKS, GUILLEMETS, MARKS, marks_of, marks_that_only_open
from stancebook.sources.quotations import find_quotations

LANGUAGES = ["en", "de", "de-CH", "sv", "fr", "fr-CA", "pl", "ru", "ar", "he", "ja", "zh-Hant", "hu", "nl", "tlh"]
PAIRS = [(opening, closing) for opening, closings in CLOSING_MARKS.items() for closing in closings]
WORDS = st.text(st.sampled_from("abcdeAéжهא中한"), min_size=1, max_size=8)
SENTENCES = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)


def quotations(text, language="en"):
    return [text[start:end] for start, end in find_quotations(text, language)]


# ── Properties ─────────────────────────────────────────────────────────────────────────────


@given(st.lists(st.tuples(SENTENCES, SENTENCES, st.sampled_from(PAIRS)), min_size=1), st.sampled_from(LANGUAGES))
def test_words_between_any_marks_are_found(parts, language):
    """Words between any pair of marks are found in every language, and the words between two quotations are not."""
    expected = [f"{opening}{words}{closing}" for _, words, (opening, closing) in parts]
    text = " ".join(f"{before} {quoted}," for (before, _, _), quoted in zip(parts, expected, strict=True))
    assert quotations(text, language) == expected


@given(SENTENCES, SENTENCES, st.sampled_from(PAIRS), st.sampled_from(PAIRS), st.sampled_from(LANGUAGES))
def test_nested_quotations_are_found(outer, inner, pair, inner_pair, language):
    """A quotation within a quotation of other marks is found, and the outer one too."""
    if set(pair) & set(inner_pair) or inner_pair[1] in CLOSING_MARKS[pair[0]]:
        return
    nested = f"{inner_pair[0]}{inner}{inner_pair[1]}"
    whole = f"{pair[0]}{outer} {nested}, {outer}{pair[1]}"
    assert quotations(f"x {whole}. y", language) == [whole, nested]


@given(st.text(), st.sampled_from(LANGUAGES))
def test_text_without_marks_has_no_quotations(text, language):
    """A text without marks has no quotations."""
    assert quotations(text.translate(dict.fromkeys(map(ord, f"{MARKS},<>"))), language) == []


@given(st.text(st.sampled_from(f"{MARKS} \n.,aאs1'\u00a0")), st.sampled_from(LANGUAGES))
def test_quotations_are_between_matching_marks(text, language):
    """Quotations in any text are sorted, and start and end with marks or the end of a paragraph."""
    found = find_quotations(text, language)
    assert found == sorted(found)
    for start, end in found:
        assert text[start] in CLOSING_MARKS
        closing = GUILLEMETS if text[start] in GUILLEMETS else CLOSING_MARKS[text[start]]
        assert text[end - 1] in closing or text[end:].startswith(("\n", " ", "\u00a0"))


@pytest.mark.parametrize("piece", ["“", "„", "«", "'", '"a"„', "“ ”", "\n“a", "\n»", "« »\n", '12" ', "‘s’ ", "‘a’’"])
def test_many_marks_take_linear_time(piece):
    """A text with four times as many marks takes about four times as long."""

    def seconds(count):
        start = time.process_time()
        find_quotations(piece * count, "en")
        return time.process_time() - start

    def fewest_seconds(count):
        return min(seconds(count) for _ in range(3))

    assert fewest_seconds(40_000) < 12 * max(fewest_seconds(10_000), 0.01)


# ── Languages ──────────────────────────────────────────────────────────────────────────────

SOUND = [
    ("de", "»Wir bleiben«, sagte Hale, »und reden.«", ["»Wir bleiben«", "»und reden.«"]),
    ("de", "„Wir bleiben“, sagte Hale, „und reden.“", ["„Wir bleiben“", "„und reden.“"]),
    ("de", '„Wir bleiben", sagte Hale, „und reden."', ['„Wir bleiben"', '„und reden."']),
    ("de", "„Er sagte ‚nein‘ dazu“, so Hale", ["„Er sagte ‚nein‘ dazu“", "‚nein‘"]),
    ("de", "»Er sagte ›nein‹ dazu«, so Hale", ["»Er sagte ›nein‹ dazu«", "›nein‹"]),
    ("de-CH", "«Er sagte ‹nein› dazu», so Hale", ["«Er sagte ‹nein› dazu»", "‹nein›"]),
    ("de", "die „Mark“-Politik und der »Mark«-Kurs", ["„Mark“", "»Mark«"]),
    ("de", "Hans’ Haus und ‚nein‘", ["‚nein‘"]),
    ("sv", "”Vi går”, sade Hale, ”och ni.” En ”saga”.", ["”Vi går”", "”och ni.”", "”saga”"]),
    ("sv", "Hon sade:”Vi går”!", ["”Vi går”"]),
    ("sv", "»Vi går», sade Hale, »och ni.»", ["»Vi går»", "»och ni.»"]),
    ("fi", "”Me emme”, sanoi Hale. ’Ei’, hän sanoi. Nokian ”kuolema”.", ["”Me emme”", "’Ei’", "”kuolema”"]),
    ("da", "»Vi bliver«, sagde Hale. ”Ja” og “nej”", ["»Vi bliver«", "”Ja”", "“nej”"]),
    ("fr", "« Nous restons », a dit Hale, « et vous ».", ["« Nous restons »", "« et vous »"]),
    (
        "fr",
        "Hale\u00a0: «\u00a0Nous\u00a0», dit-elle, «\u202fet vous\u202f».",
        ["«\u00a0Nous\u00a0»", "«\u202fet vous\u202f»"],
    ),
    ("fr", "« A « oui » B » dit", ["« A « oui » B »", "« oui »"]),
    ("fr", 'l’« affaire », d’“ingérence”, l\'"affaire"', ["« affaire »", "“ingérence”", '"affaire"']),
    ("it", "dell'«intervento» di Hale e un po' di «calma»", ["«intervento»", "«calma»"]),
    ("es", "«Nos “quedamos”», dijo ¿“qué”?", ["«Nos “quedamos”»", "“quedamos”", "“qué”"]),
    ("nl", "‘Wij blijven,’ zei Hale. ’s Avonds de auto's in 's-Hage ‘klaar’", ["‘Wij blijven,’", "‘klaar’"]),
    ("pl", "„Zostajemy”, powiedziała «tak» ,,nie”", ["„Zostajemy”", "«tak»", ",nie”"]),
    ("cs", "„Zůstáváme,“ řekla, v\u00a0„Praze“", ["„Zůstáváme,“", "„Praze“"]),
    ("hu", '„Maradunk” – mondta »igen« a "Nokia"nak', ["„Maradunk”", "»igen«", '"Nokia"']),
    ("tr", '"Kalıyoruz" dedi; “AKP”nin Türkiye’nin ‘hayır’', ['"Kalıyoruz"', "“AKP”", "‘hayır’"]),
    ("ru", "«Мы „остаёмся“ здесь», — сказала. — «Да»", ["«Мы „остаёмся“ здесь»", "„остаёмся“", "«Да»"]),
    ("uk", "«Ми м'яко», м’який “так”", ["«Ми м'яко»", "“так”"]),
    ("el", "«Μένουμε», είπε", ["«Μένουμε»"]),
    ("he", "צה״ל אמר ״נישאר״ ו״נלך״ אמר", ["״נישאר״", "״נלך״"]),
    ("he", 'צה"ל אמר "נישאר" וה"צעד" של ארה"ב', ['"נישאר"', '"צעד"']),
    ("he", 'מנכ"לית דו"ח ח"כ אמרה', []),
    ("ar", 'قال "سنبقى" و"نتحدث" و«سلام» و“كلام”', ['"سنبقى"', '"نتحدث"', "«سلام»", "“كلام”"]),
    ("ar", "قال ”سنبقى“ اليوم", ["”سنبقى“"]),
    ("fa", "گفت «می\u200cمانیم» و", ["«می\u200cمانیم»"]),
    ("hi", 'उन्होंने "नहीं" और ‘हाँ’ कहा', ['"नहीं"', "‘हाँ’"]),
    ("th", "เขากล่าวว่า“ไม่”แล้ว", ["“ไม่”"]),
    ("zh", "他说：“我们‘不’走。”然后“走”了", ["“我们‘不’走。”", "‘不’", "“走”"]),
    ("zh", '他说："我们走。"然后"走"了', ['"我们走。"', '"走"']),
    ("zh-Hant", "他說「我們『不』走」。", ["「我們『不』走」", "『不』"]),
    ("ja", "アンナは「島は『渡さ』ない」と述べた。", ["「島は『渡さ』ない」", "『渡さ』"]),
    ("ko", "그는 \"간다\"고 ‘안 간다’고 '온다'고", ['"간다"', "‘안 간다’", "'온다'"]),
    ("en", "“A”—“B” (“C”) “…D” “E—” x", ["“A”", "“B”", "“C”", "“…D”", "“E—”"]),
    ("en", '"A"--"B" ("C") "…D" "E—" x', ['"A"', '"B"', '"C"', '"…D"', '"E—"']),
    ("en", "“She said ‘no’ and ‘yes’,” he said", ["“She said ‘no’ and ‘yes’,”", "‘no’", "‘yes’"]),
    ("en", "\"She said 'no',\" he said", ["\"She said 'no',\"", "'no'"]),
    ("en", "’We stay,’ she said", ["’We stay,’"]),
    ("de", "“Wir bleiben“, sagte Hale, “und reden“.", ["“Wir bleiben“", "“und reden“"]),
    ("de", "«Wir bleiben», sagte Hale, «und reden.»", ["«Wir bleiben»", "«und reden.»"]),
    ("es", "«Nos quedamos.\n\n»Y hablamos», dijo", ["«Nos quedamos.", "»Y hablamos»"]),
    ("ur", "”ہم نہیں“، ہیل نے کہا، ”ہم بات“", ["”ہم نہیں“", "”ہم بات“"]),
    ("hi", "“हम नहीं,” हेल ने कहा, “हम बात।”", ["“हम नहीं,”", "“हम बात।”"]),
    ("en", "<<We stay>> he said", ["<<We stay>>", "<We stay>"]),
]


@pytest.mark.parametrize(("language", "text", "expected"), SOUND)
def test_marks_of_language_are_found(language, text, expected):
    """Quotations are found with the marks and the habits of a language."""
    assert quotations(text, language) == expected


def test_language_decides_ambiguous_facing():
    """A mark between two letters opens or closes as it does in the language."""
    assert quotations("x “a“b” y", "en") == ["“b”"]
    assert quotations("x „a“b y", "de") == ["„a“"]


@pytest.mark.parametrize(
    ("tag", "marks"),
    [("en-GB", "“”‘’"), ("de", "„“‚‘"), ("de-CH-1901", "„“‚‘"), ("pt-PT", "«»“”"), ("pt-BR", "“”‘’"), ("", "“”‘’")],
)
def test_marks_of_language_tag(tag, marks):
    """A language tag is looked up without the parts that the table does not have."""
    assert marks_of(tag) == marks


def test_mark_that_opens_and_closes_is_ambiguous():
    """In Swedish, the same mark opens and closes."""
    assert marks_that_only_open("sv") == set()
    assert marks_that_only_open("en") == {"“", "‘"}


# ── Signs that are no quotation marks ──────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hale’s plan, it's 'em", []),
        ('An unclosed "mark', []),
        ('A 12" gun; she called it "a relic".', ['"a relic"']),
        ("The 5' 11\" envoy, the 5'10\" envoy, the 6’ 2” envoy", []),
        ('40°26\'46"N 5′ 3″ and "a relic"', ['"a relic"']),
        ('"The 12" gun is old", he said', ['"The 12" gun is old"']),
        ("“We have 12”, he said, “and 5”.", ["“We have 12”", "“and 5”"]),
        ("the '90s and ’90s and ‘80s, the class of '68 and the workers' claim", []),
        ("rock ’n’ roll, rock 'n' roll, 'tis the workers' claim", []),
        ("the workers’ and the nurses’ claims", []),
        ("‘The workers’ claim is false,’ she said.", ["‘The workers’ claim is false,’"]),
        ("'The workers' claim is false,' she said.", ["'The workers' claim is false,'"]),
        ("‘Never’ and the workers’ claim.", ["‘Never’"]),
        ("‘Let ’em go,’ she said, 'Let 'em go,' he", ["‘Let ’em go,’", "'Let 'em go,'"]),
        ("‘10 people died,’ he said; '10 people died,' he", ["‘10 people died,’", "'10 people died,'"]),
        ("stray ” and ’ and “B”", ["“B”"]),
        ("the boys' and girls' school, James' house", []),
        ("‘James’ house is gone,’ she said", ["‘James’ house is gone,’"]),
        ("A 12”, 14” and 16” pipe, “leaking” now", ["“leaking”"]),
        ("The Hawai‘i and Qur’an and O’Hale", []),
    ],
)
def test_apostrophes_and_inches_are_no_marks(text, expected):
    """Apostrophes, decades, inches and feet neither open nor close a quotation, next to one or within one."""
    assert quotations(text) == expected


# ── Paragraphs ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "“We will.\n\n“Nor will we.”\n\nShe left “now”.", ["“We will.", "“Nor will we.”", "“now”"]),
        ("en", '"We will.\n\n"Nor will we.\n\n"Never."\n\nShe', ['"We will.', '"Nor will we.', '"Never."']),
        ("en", "Hale: “We will\nnot.\n\n  “Nor will\nwe.” x", ["“We will\nnot.", "“Nor will\nwe.”"]),
        ("en", "‘We will.\n\n‘Nor will we.’ x", ["‘We will.", "‘Nor will we.’"]),
        ("sv", "”Vi går.\n\n”Och ni.” sade", ["”Vi går.", "”Och ni.”"]),
        ("de", "»Wir.\n»Ihr.« sagte", ["»Wir.", "»Ihr.«"]),
        ("fr", "« Nous.\n\n» Et vous.\n\n« Eux. » dit", ["« Nous.", "» Et vous.", "« Eux. »"]),
        ("ja", "「A。\n\n「B。」", ["「A。", "「B。」"]),
        ("en", 'to meet "without\n\npreconditions", a first', ['"without\n\npreconditions"']),
        ("en", "A “stray mark.\n\nMore.\n\n“We will.”", ["“We will.”"]),
    ],
)
def test_paragraphs_of_one_quotation_are_found(language, text, expected):
    """Every paragraph of a quotation is found if each is opened and only the last closed."""
    assert quotations(text, language) == expected
