import pytest

from tests.browser.chromium import REQUIRED, Watch, executable, pictures, serious_findings

# Each process starts its browser once.
pytestmark = pytest.mark.xdist_group("browser")


def test_missing_browser_skips(monkeypatch):
    """Where there is no Chromium, tests are skipped with a reason; where it is required, they fail."""
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv(REQUIRED, raising=False)
    with pytest.raises(pytest.skip.Exception, match="no Chromium: install it"):
        executable()
    monkeypatch.setenv(REQUIRED, "1")
    with pytest.raises(pytest.fail.Exception, match="no Chromium: install it"):
        executable()


@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("console.error('wrong')", "console: wrong"),
        ("null.x", "exception: Cannot read properties of null"),
        ("fetch('https://news.example/').catch(() => 0)", "request to elsewhere: https://news.example/"),
    ],
)
def test_page_is_watched(browser, script, fault):
    """Errors in the console, exceptions and requests to other machines are seen, unless a test expects them."""
    context = browser.new_context()
    seen = Watch(context)
    page = context.new_page()
    page.set_content(f"<script>{script}</script>")
    page.wait_for_timeout(100)
    assert [line for line in seen.faults() if line.startswith(fault)]
    seen.expected.append(".")
    assert seen.faults() == []
    context.close()


def test_axe_finds_a_field_without_a_name(page):
    """A field without a label is a serious finding; with one it is none."""
    page.set_content("<html lang=en><title>t</title><main><h1>t</h1><input></main>")
    assert [line for line in serious_findings(page) if line.startswith("label (critical)")]
    page.set_content("<html lang=en><title>t</title><main><h1>t</h1><label>Name <input></label></main>")
    assert serious_findings(page) == []


def test_pictures_show_both_widths_and_schemes(page, tmp_path):
    """Each picture is another one: the page knows its width and its scheme."""
    page.set_content(
        "<style>body{color-scheme:light dark}@media(prefers-color-scheme:dark){body{background:#000}}</style>text"
    )
    taken = pictures(page, tmp_path, "page")
    assert [path.name for path in taken] == [
        f"page-{width}-{scheme}.png" for width in (1280, 390) for scheme in ("light", "dark")
    ]
    assert len({path.read_bytes() for path in taken}) == 4
