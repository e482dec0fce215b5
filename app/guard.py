"""Who may ask what: only pages of this server on this machine, and nothing larger than it takes.

A page of another site can send requests to 127.0.0.1, and its name can be made to point here. So the Host
header must be this machine's, an Origin header must be the same, and bodies must say what they are.
"""

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.jobs import told
from model.problems import Problem

LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")
METHODS = ("GET", "HEAD", "POST", "DELETE")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def refusal(status: int, code: str, **values: object) -> JSONResponse:
    """Return an answer that says why, in both languages."""
    return JSONResponse({"problems": told([Problem(code, values)])}, status)


class Guard:
    """Refuses what does not come from this machine's own page; adds headers that keep the page to itself."""

    def __init__(self, app: ASGIApp, body_bytes: int) -> None:
        self.app, self.body_bytes = app, body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = self.refused(Request(scope))
        if answer is not None:
            await answer(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *_encoded(HEADERS.items(), given)]
            await send(message)

        await self.app(scope, receive, with_headers)

    def refused(self, request: Request) -> Response | None:
        """Return why a request is refused, None if it is not."""
        host, origin = request.headers.get("host", ""), request.headers.get("origin")
        if not is_local(host):
            return refusal(403, "app.problem.host", host=host[:80])
        if origin is not None and origin not in (f"http://{host}", f"https://{host}"):
            return refusal(403, "app.problem.origin", origin=origin[:80])
        if request.method not in METHODS:
            return refusal(405, "app.problem.method", method=request.method[:20])
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self.body_bytes:
            return refusal(413, "app.problem.body", most=self.body_bytes)
        return None


def is_local(host: str) -> bool:
    """Whether a Host header names this machine, with any port or none."""
    name, _, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    if not name:
        name, port = host, ""
    return name.lower() in LOCAL_NAMES and (port.isdigit() or not port)


async def body_of(request: Request, most: int, kinds: Iterable[str]) -> bytes | Response:
    """Return the body of a request, or the refusal of one that is too long or of another kind."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in kinds:
        return refusal(415, "app.problem.kind", kinds=", ".join(kinds))
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most:
            return refusal(413, "app.problem.body", most=most)
    return bytes(body)


def _encoded(headers: Iterable[tuple[str, str]], given: set[bytes]) -> list[tuple[bytes, bytes]]:
    named = [(name.lower().encode(), value.encode()) for name, value in headers]
    return [(name, value) for name, value in named if name not in given]
