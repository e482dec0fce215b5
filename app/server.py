"""The server: what each address answers. Bound to this machine only; see :mod:`app.guard`."""

import asyncio
import hashlib
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from app.asked import comparison_asked, life_asked, read_json, scenario_of, scenario_of_file
from app.catalogue import catalogue, chart_library, texts
from app.classroom import classroom
from app.engine import Engine
from app.guard import Guard, body_of, refusal
from app.jobs import DONE, Job, Jobs, TooManyError, Work, told
from app.limits import Limits
from app.shell import served_page
from app.takeaway import player, results_archive, workbook
from app.village import village
from app.work import comparison_work, life_work, run_work
from model.problems import InputError
from model.scenario import Scenario
from model.text import LANGUAGES
from results.recording import Recorder, as_json, summary_of
from results.style import FONT_FILE

PAGE = Path(__file__).resolve().parent / "page"
JSON, YAML = "application/json", "application/yaml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SECONDS_BETWEEN_LOOKS = 0.02
HEARTBEAT_LOOKS = 250


def make_app(limits: Limits | None = None) -> Starlette:
    """Return the application; its jobs end with it."""
    limits = limits or Limits()
    jobs, engine = Jobs(limits), Engine(limits)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await run_in_threadpool(engine.start)
        if engine.ready:
            begin_first(jobs, limits)
        yield
        jobs.close()

    app = Starlette(
        routes=[
            Route("/", _index),
            Route("/chart_library.js", _chart_library),
            Route("/api/catalogue", _catalogue),
            Route("/api/texts", _texts),
            Route("/api/runs", _start_run, methods=["POST"]),
            Route("/api/comparisons", _start_comparison, methods=["POST"]),
            Route("/api/lives", _start_life, methods=["POST"]),
            Route("/api/jobs/{identity}", _follow, methods=["GET"]),
            Route("/api/jobs/{identity}", _stop, methods=["DELETE"]),
            Route("/api/jobs/{identity}/summary", _summary),
            Route("/api/jobs/{identity}/villages/{number:int}", _village),
            Route("/api/lessons/handout", _classroom),
            Route("/api/jobs/{identity}/results", _results),
            Route("/api/jobs/{identity}/workbook", _workbook),
            Route("/api/jobs/{identity}/handout", _handout),
            Route("/page/cjk.otf", _font),
            Mount("/page", StaticFiles(directory=PAGE)),
        ],
        middleware=[Middleware(Guard, body_bytes=limits.body_bytes)],
        exception_handlers={404: _not_found, 405: _no_method},
        lifespan=lifespan,
    )
    app.state.limits, app.state.jobs, app.state.engine = limits, jobs, engine
    return app


def begin_first(jobs: Jobs, limits: Limits) -> None:
    """Begin the run that the page opens with before it asks; if limits forbid it, it asks for another."""
    with suppress(InputError):
        scenario = scenario_of({}, limits)
        jobs.start(identity_of(scenario), run_work(scenario, limits))


async def _not_found(_: Request, __: Exception) -> Response:
    return refusal(404, "app.problem.not_found")


async def _no_method(request: Request, _: Exception) -> Response:
    return refusal(405, "app.problem.method", method=request.method)


async def _index(_: Request) -> Response:
    nonce = secrets.token_urlsafe(16)
    policy = (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
    return HTMLResponse(served_page(nonce), headers={"Content-Security-Policy": policy})


async def _chart_library(_: Request) -> Response:
    return Response(await run_in_threadpool(chart_library), media_type="text/javascript; charset=utf-8")


async def _font(_: Request) -> Response:
    return FileResponse(FONT_FILE, media_type="font/otf")


async def _catalogue(request: Request) -> Response:
    content = await run_in_threadpool(catalogue, request.app.state.limits)
    return Response(as_json(content), media_type=JSON)


async def _texts(_: Request) -> Response:
    return JSONResponse(texts())


async def _start_run(request: Request) -> Response:
    is_file = request.headers.get("content-type", "").startswith(YAML)

    def asked(body: bytes, limits: Limits) -> tuple[str, Work]:
        scenario = scenario_of_file(body, limits) if is_file else scenario_of(read_json(body), limits)
        return identity_of(scenario), run_work(scenario, limits)

    return await _start(request, asked, (JSON, YAML))


async def _start_comparison(request: Request) -> Response:
    def asked(body: bytes, limits: Limits) -> tuple[str, Work]:
        first, second, replications = comparison_asked(read_json(body), limits)
        identity = _hash(identity_of(first), identity_of(second), str(replications))
        return identity, comparison_work(first, second, replications)

    return await _start(request, asked)


async def _start_life(request: Request) -> Response:
    def asked(body: bytes, limits: Limits) -> tuple[str, Work]:
        scenario, story, rank = life_asked(read_json(body), limits)
        return _hash("life", identity_of(scenario), story, str(rank)), life_work(scenario, story, rank)

    return await _start(request, asked)


async def _start(
    request: Request, asked: Callable[[bytes, Limits], tuple[str, Work]], kinds: tuple[str, ...] = (JSON,)
) -> Response:
    """Start what the body of a request asks for, or say what is wrong with it."""
    limits: Limits = request.app.state.limits
    body = await body_of(request, limits.body_bytes, kinds)
    if isinstance(body, Response):
        return body
    try:
        identity, work = await run_in_threadpool(asked, body, limits)
        request.app.state.jobs.start(identity, work)
    except InputError as error:
        malformed = any(problem.code == "app.problem.json" for problem in error.problems)
        return JSONResponse({"problems": told(error.problems)}, 400 if malformed else 422)
    except TooManyError:
        return refusal(429, "app.problem.too_many", most=limits.waiting)
    return JSONResponse({"id": identity}, 202)


def identity_of(scenario: Scenario) -> str:
    """Return the name of a run: equal for equal requests."""
    return _hash(scenario.content_hash, scenario.world_name, scenario.strategy.name)


def _hash(*parts: str) -> str:
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def _job(request: Request) -> Job | None:
    job: Job | None = request.app.state.jobs.get(request.path_params["identity"])
    return job


async def _follow(request: Request) -> Response:
    job = _job(request)
    if job is None:
        return refusal(404, "app.problem.no_job")
    last = request.headers.get("last-event-id", "")
    first = int(last) + 1 if last.isdigit() else 0
    return StreamingResponse(_messages(request, job, first), media_type="text/event-stream; charset=utf-8")


async def _messages(request: Request, job: Job, sent: int) -> AsyncIterator[str]:
    """Yield the messages of a job as server-sent events, as they come."""
    job.watch(1)
    said, looks = "", 0
    try:
        while True:
            over = job.over
            state = as_json({"state": job.state, "compiling": not request.app.state.engine.ready})
            if state != said and not over:
                said = state
                yield f"event: state\ndata: {state}\n\n"
            while sent < len(job.messages):
                yield f"id: {sent}\ndata: {job.messages[sent]}\n\n"
                sent += 1
            if over:
                ending = json.dumps({"state": job.state, "problems": job.problems}, ensure_ascii=False)
                yield f"event: over\ndata: {ending}\n\n"
                return
            looks += 1
            if looks % HEARTBEAT_LOOKS == 0:
                yield ": here\n\n"
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
    finally:
        job.watch(-1)


async def _stop(request: Request) -> Response:
    job = _job(request)
    if job is None:
        return refusal(404, "app.problem.no_job")
    job.stop()
    return JSONResponse({"id": job.identity})


def _recorder(request: Request) -> Recorder | None:
    """Return the recorder of a run that is complete and kept."""
    job = _job(request)
    return job.result if job is not None and isinstance(job.result, Recorder) else None


def _without_model(request: Request) -> Response:
    """Return why a run has no results to ask for: it had no children, or it is not kept."""
    job = _job(request)
    over = job is not None and job.state == DONE
    return refusal(404, "app.flow.none" if over else "app.problem.no_job")


async def _summary(request: Request) -> Response:
    recorder = _recorder(request)
    if recorder is None:
        return _without_model(request)
    return Response(as_json(await run_in_threadpool(summary_of, recorder)), media_type=JSON)


async def _village(request: Request) -> Response:
    recorder, number = _recorder(request), request.path_params["number"]
    if recorder is None or not recorder.follows:
        return refusal(404, "app.problem.no_job")
    if number >= len(recorder.model.state.villages):
        return refusal(404, "app.problem.not_found")
    return Response(as_json(await run_in_threadpool(village, recorder.model, number)), media_type=JSON)


def _attached(content: str | bytes, kind: str, name: str) -> Response:
    return Response(
        content, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _language(request: Request) -> str:
    asked = request.query_params.get("language", LANGUAGES[0])
    return asked if asked in LANGUAGES else LANGUAGES[0]


async def _results(request: Request) -> Response:
    job, recorder = _job(request), _recorder(request)
    if job is None or recorder is None:
        return _without_model(request)
    content = await run_in_threadpool(results_archive, recorder, job.messages, _language(request))
    return _attached(content, "application/zip", "barefoot-run.zip")


async def _workbook(request: Request) -> Response:
    recorder = _recorder(request)
    if recorder is None:
        return _without_model(request)
    content = await run_in_threadpool(workbook, recorder, _language(request))
    return _attached(content, XLSX, "barefoot-run.xlsx")


async def _handout(request: Request) -> Response:
    job = _job(request)
    if job is None or job.state != DONE:
        return refusal(404, "app.problem.no_job")
    content = await run_in_threadpool(player, job.messages, _language(request))
    return _attached(content, "text/html; charset=utf-8", "barefoot.html")


async def _classroom(request: Request) -> Response:
    content = await run_in_threadpool(classroom, request.app.state.limits)
    return _attached(content, "text/html; charset=utf-8", "barefoot-lessons.html")
