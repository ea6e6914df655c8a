"""A centre of the tests, its clock held still, served on a free port of loopback to browsers of its people."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from tests.browser.seats import Heard, listen
from tests.centre import Centre, Person

SESSION_COOKIE = "callcenter"


@dataclass
class ServedCentre:
    """Where the centre answers, and the browsers that look at it."""

    centre: Centre
    address: str
    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)

    def page(self, person: Person, path: str, *, width: int = 1366, height: int = 768) -> Page:
        """A new browser at `path`, in which `person` has signed in at the centre's present hour."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, locale="ja-JP", base_url=self.address
        )
        self.contexts.append(context)
        cookie = person.client().http.get_cookie(SESSION_COOKIE)
        assert cookie is not None
        context.add_cookies([{"name": SESSION_COOKIE, "value": cookie.value, "url": self.address}])
        page = context.new_page()
        self.heard.append(listen(page))
        page.goto(path)
        return page

    @property
    def complaints(self) -> list[str]:
        """What any page complained about: a script that failed, a file that is missing, what the policy stopped."""
        return [text for one in self.heard for text in one.complaints]

    def forgive(self, words: str) -> None:
        """Leave out the complaints with these words, which the test has asked for itself."""
        for one in self.heard:
            one.complaints[:] = [text for text in one.complaints if words not in text]


@contextmanager
def served_centre(centre: Centre, browser: Browser) -> Iterator[ServedCentre]:
    server = make_server("127.0.0.1", 0, centre.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, name="centre of a browser test", daemon=True)
    thread.start()
    served = ServedCentre(centre, f"http://127.0.0.1:{server.server_port}", browser)
    try:
        yield served
    finally:
        for context in served.contexts:
            context.close()
        server.shutdown()
        server.server_close()
        thread.join()
