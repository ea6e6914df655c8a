from __future__ import annotations

from io import BytesIO

from callcenter.web.uploads import MemoryRequest
from tests.centre import Centre


def test_a_large_upload_never_touches_the_disk(sqlite_centre: Centre) -> None:
    sent = {"file": (BytesIO(b"x" * 2_000_000), "counts.csv")}
    with sqlite_centre.app.test_request_context("/", method="POST", data=sent) as context:
        request = context.request
        assert isinstance(request, MemoryRequest)
        assert isinstance(request.files["file"].stream, BytesIO)
        request.environ["wsgi.input"].close()  # the test client wrote what it sends to a file of its own
