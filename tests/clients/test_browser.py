"""The browser that the tests drive is a real one."""

from playwright.sync_api import Browser


def test_a_page_is_laid_out_and_hashes(chromium: Browser) -> None:
    page = chromium.new_page()
    page.route("http://127.0.0.1/**", lambda route: route.fulfill(body="<h1>巡检</h1>"))
    page.goto("http://127.0.0.1/")
    digest = "crypto.subtle.digest('SHA-256', new Uint8Array(3)).then(d => d.byteLength)"
    assert page.evaluate(digest) == 32
    box = page.locator("h1").bounding_box()
    assert box is not None
    assert box["width"] > 0
