from hashlib import sha256

import pytest

from stancebook.build.pins import explain_pin

TEXT = "The bridge fell.\nOtto was there.\n"
DIGEST = sha256(TEXT.encode()).hexdigest()


def digest(text):
    return sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "typed",
    [
        f"{DIGEST}  bridge.txt",
        f"{DIGEST} *bridge.txt",
        f"sha256:{DIGEST}",
        f"SHA256 (bridge.txt) = {DIGEST}",
        f"SHA-256: {DIGEST.upper()}",
        f"'{DIGEST}'",
    ],
)
def test_digest_with_other_words_is_refused(typed):
    """The right digest with a file name or a prefix is answered with the digest alone."""
    assert explain_pin(typed, TEXT) == ("only the SHA-256 itself is written here", f"write {DIGEST}")


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (DIGEST[:-1], "this has 63 digits, 1 too few; a SHA-256 has 64"),
        (f"{DIGEST}00", "this has 66 digits, 2 too many; a SHA-256 has 64"),
        (f"sha256:{DIGEST[:-1]}", "this has 63 digits, 1 too few; a SHA-256 has 64"),
        (DIGEST[:32], "this has 32 digits, as an MD5 has; a SHA-256 has 64"),
        (DIGEST[:40], "this has 40 digits, as a SHA-1 has; a SHA-256 has 64"),
        (DIGEST * 2, "this has 128 digits, as a SHA-512 has; a SHA-256 has 64"),
        (f"O{DIGEST[1:]}", "'O' is no hexadecimal digit: these are 0 to 9 and a to f"),
        (f"{DIGEST[:32]} {DIGEST[32:]}", "a SHA-256 is written without spaces and colons"),
        ("to do", "this is no SHA-256, which has 64 hexadecimal digits"),
        (digest(""), "this is the SHA-256 of an empty file"),
    ],
)
def test_malformed_digest_is_answered_with_right_one(typed, message):
    """A digest that cannot be one says why, and the hint gives the right one."""
    assert explain_pin(typed, TEXT)[0] == message
    assert DIGEST in explain_pin(typed, TEXT)[1]


@pytest.mark.parametrize(
    ("text", "difference"),
    [
        (TEXT.replace("\n", "\r\n"), "line ends: CR LF in place of LF"),
        (f"\ufeff{TEXT}", "byte order mark (U+FEFF), which is new"),
        (TEXT.rstrip("\n"), "last line end, which is gone"),
        (f"{TEXT}\n", "last line end, which is new"),
        (f"{TEXT}  \n", "white space at its end"),
    ],
)
def test_difference_that_tools_make_is_named(text, difference):
    """A text that differs only in what editors and git change says so."""
    message, hint = explain_pin(DIGEST, text)
    assert message == f"the text differs from the one that was coded only in its {difference}"
    assert (".gitattributes" in hint) == ("CR LF" in difference)


def test_line_ends_of_coded_text_may_be_crlf():
    """A text whose line ends have become LF says so."""
    message, _ = explain_pin(digest(TEXT.replace("\n", "\r\n")), TEXT)
    assert message.endswith("line ends: LF in place of CR LF")


def test_digest_of_another_text_is_refused():
    """The digest of another text is answered with that of this one."""
    message, hint = explain_pin(f"{'0' * 64}  bridge.txt", TEXT)
    assert message == f"the text is not the one that was coded: its SHA-256 is {DIGEST}"
    assert hint.endswith("without anything else")
