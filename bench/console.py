"""The console's review in a real browser: the queue's first sight, the next photo, memory.

sign in ─ /review, timed from the navigation ─ walk after walk, photo after photo by the key ─ heap
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
from tests.browsers import opened_chromium

from bench import consolefill
from bench.databases import fresh
from bench.plan import Plan
from bench.rows import Aim, Row, Sample, row
from bench.server import HOST, Running, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

_SEEN = Aim("ms until the queue's rows are painted", "1,000 ms", "at most", 1.0)
_NEXT = Aim("of 100 next photos decoded before they were wanted", "95", "at least", 1.0)
_LATE = Aim("ms until the next photo is painted, 95th of 100", "100 ms", "at most", 1.0)
_HEAP = Aim("MB of script memory after all photos", "after 3 tenths of them", "at most", 1.25)
_WHOLE = Aim(
    "MB of the browser's page processes after all photos", "after 3 tenths", "at most", 1.25
)
_SEEN_MS, _DECODED, _LATE_MS = 1000.0, 95.0, 100.0
_LOOK_S = 0.1
"""How long a person looks at a photo at least."""
_SETTLE_S = 0.5

_PAINTED = """() => new Promise(done => {
  const look = () => document.querySelector('.review-queue tbody tr')
    ? requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())))
    : setTimeout(look, 2);
  look();
})"""
_PRESS = """async () => {
  const began = performance.now();
  const page = document.querySelector('fo-inspection');
  const key = new KeyboardEvent('keydown', { key: 'j', bubbles: true, cancelable: true });
  document.body.dispatchEvent(key);
  await page.updateComplete;
  const stage = page.querySelector('fo-stage');
  await stage.updateComplete;
  const shown = () => stage.querySelector('.review-turned').dataset.decoded === 'true';
  const ready = shown();
  while (!shown()) await new Promise(done => setTimeout(done, 1));
  await new Promise(done => requestAnimationFrame(done));
  return { ready, ms: performance.now() - began };
}"""


def measure_queue(name: str, plan: Plan, folder: Path) -> list[Row]:
    """Review photos by the key, as many as the plan says, out of a queue of many more."""
    with _served(plan, folder) as (server, browser):
        page = _signed_in(browser, server)
        seen_ms = [_first_sight(page, server) for _ in range(plan.runs + 1)][1:]
        told, early, late = _walk_on(page, plan.nexts)
        rss_mb = server.rss_mb()
    share = 100 * sum(one["ready"] for one in told) / len(told)
    late_ms = sorted(one["ms"] for one in told)[int(len(told) * 0.95)]
    figures = ((share, _DECODED), (late_ms, _LATE_MS), *zip(late, early, strict=True))
    behind = [[Sample(value, floor, rss_mb)] * plan.runs for value, floor in figures]
    return [
        row(name, _SEEN, [Sample(one, _SEEN_MS, rss_mb) for one in seen_ms]),
        row(f"{name}-next", _NEXT, behind[0]),
        row(f"{name}-next-late", _LATE, behind[1]),
        row(f"{name}-memory", _HEAP, behind[2]),
        row(f"{name}-memory-whole", _WHOLE, behind[3]),
    ]


@contextmanager
def _served(plan: Plan, folder: Path) -> "Iterator[tuple[Running, Browser]]":
    with fresh("sqlite", folder) as database:
        consolefill.fill(database.url, folder / "data" / "blobs", plan.queue_photos)
        with serving(database, folder) as server, opened_chromium() as browser:
            yield server, browser


def _signed_in(browser: "Browser", server: Running) -> "Page":
    context = browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})
    body = {"login": consolefill.LOGIN, "password": consolefill.PASSWORD}
    headers = {"X-Fieldops": "1", "Content-Type": "application/json"}
    address = f"http://{HOST}:{server.port}/api/v1/session"
    answer = context.request.post(address, data=json.dumps(body), headers=headers)
    assert answer.ok, answer.text()
    return context.new_page()


def _first_sight(page: "Page", server: Running) -> float:
    """From the navigation to the frame after the one that has the rows, in ms."""
    page.goto(f"http://{HOST}:{server.port}/review", wait_until="commit")
    return float(page.evaluate(_PAINTED))


_Memory = tuple[float, float]


def _walk_on(page: "Page", nexts: int) -> tuple[list[dict[str, Any]], _Memory, _Memory]:
    """What each "next" took, and the memory after three tenths of them and after all.

    By then the browser's own caches are full; what grows behind that would grow for ever.
    """
    told: list[dict[str, Any]] = []
    heap = page.context.new_cdp_session(page)
    page.keyboard.press("Enter")
    early = 0.0, 0.0
    while True:
        _open_walk(page)
        for _ in range(consolefill.WALK_PHOTOS - 1):
            time.sleep(_LOOK_S)
            told.append(page.evaluate(_PRESS))
            if len(told) == max(1, nexts * 3 // 10):
                early = _memory(heap)
            if len(told) == nexts:
                # With a photo before it, as the first time: while a walk comes in, it has more.
                return told, early, _memory(heap)
        page.keyboard.press("w")
        page.keyboard.press("]")


def _open_walk(page: "Page") -> None:
    # No handles of elements: each would keep its whole page in memory.
    page.locator(".review-tile").first.wait_for()
    time.sleep(_SETTLE_S)
    page.keyboard.press("Enter")
    page.locator(".review-turned[data-decoded=true]").wait_for()


def _memory(heap: "CDPSession") -> _Memory:
    """MB that scripts hold, and that the page's process has to itself, when the browser was asked
    for memory: until then it keeps what it fetched and decoded as long as there is room."""
    heap.send("Memory.simulatePressureNotification", {"level": "critical"})
    heap.send("HeapProfiler.collectGarbage")
    time.sleep(_SETTLE_S)
    scripts = float(heap.send("Runtime.getHeapUsage")["usedSize"]) / 1e6
    ours = psutil.Process().children(recursive=True)
    pages = [one for one in ours if "--type=renderer" in one.cmdline()]
    return scripts, sum(one.memory_full_info().uss for one in pages) / 1e6
