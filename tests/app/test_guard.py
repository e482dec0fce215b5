"""The server answers its own page and nobody else, and says why."""

import httpx
import pytest

from app.guard import is_local
from model.text import LANGUAGES

pytestmark = pytest.mark.unit

RUN = {"world": "four_villages", "until": "2010-08"}


def reasons(answer: httpx.Response) -> list[str]:
    problems = answer.json()["problems"]
    assert problems
    assert all(problem[language].strip() for problem in problems for language in LANGUAGES)
    return [problem["code"] for problem in problems]


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"host": "evil.example"}, "app.problem.host"),
        ({"host": "127.0.0.1.evil.example:80"}, "app.problem.host"),
        ({"host": "evil.example:8765"}, "app.problem.host"),
        ({"origin": "http://evil.example"}, "app.problem.origin"),
        ({"origin": "null"}, "app.problem.origin"),
        ({"origin": "http://127.0.0.1:1"}, "app.problem.origin"),
    ],
)
def test_foreign_hosts_and_origins_are_refused(
    client: httpx.Client, headers: dict[str, str], code: str
) -> None:
    for answer in (client.post("/api/runs", json=RUN, headers=headers), client.get("/", headers=headers)):
        assert answer.status_code == 403
        assert reasons(answer) == [code]


def test_own_origin_is_let_in(client: httpx.Client, address: str) -> None:
    assert client.post("/api/runs", json=RUN, headers={"origin": address}).status_code == 202


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:80", "localhost:8765", "[::1]:9", "[::1]", "LOCALHOST"]
)
def test_names_of_this_machine(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["", ":80", "127.0.0.1:x", "127.0.0.2", "a@127.0.0.1:80", "127.0.0.1:80:80"])
def test_other_names(host: str) -> None:
    assert not is_local(host)


@pytest.mark.parametrize(
    "path",
    [
        "/page/../server.py", "/page/%2e%2e/server.py", "/page/..%2fserver.py",
        "/page/%2e%2e%2f%2e%2e%2frun.py", "/page/....//server.py", "/page//etc/passwd",
        "/page/%00", "/api/jobs/..%2f..%2fetc", "/etc/passwd",
    ],
)  # fmt: skip
def test_paths_lead_nowhere_else(client: httpx.Client, path: str) -> None:
    answer = client.send(client.build_request("GET", httpx.URL(str(client.base_url).rstrip("/") + path)))
    assert answer.status_code == 404
    assert reasons(answer) in (["app.problem.not_found"], ["app.problem.no_job"])


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "app.problem.json"),
        (b"[1]", "application/json", 400, "app.problem.json"),
        (b"\xff\xfe", "application/json", 400, "app.problem.json"),
        (b'{"seed": NaN}', "application/json", 400, "app.problem.json"),
        (b"[" * 50_000, "application/json", 400, "app.problem.json"),
        (b"{}", "text/plain", 415, "app.problem.kind"),
        (b"x" * 70_000, "application/json", 413, "app.problem.body"),
        (b'{"world": "chnia"}', "application/json", 422, "scenario.world"),
        (b'{"world": {}}', "application/json", 422, "scenario.world"),
        (b'{"world": ["teaching"]}', "application/json", 422, "scenario.world"),
        (b'{"world": "china"}', "application/json", 422, "app.problem.too_large"),
        (b'{"strategy": "../../etc/passwd"}', "application/json", 422, "strategy.unknown"),
        (b'{"strategy": {"levers": {}}}', "application/json", 422, "strategy.unknown"),
        (b'{"parameters": {"desk_fte_factor": 1e999}}', "application/json", 422, "parameter.range"),
        (b'{"parameters": {"desk_fte_factr": 1}}', "application/json", 422, "parameter.unknown"),
        (b'{"parameters": [1]}', "application/json", 422, "file.not_mapping"),
        (b'{"seed": -1}', "application/json", 422, "scenario.seed"),
        (b'{"until": "2099-01"}', "application/json", 422, "month.after_end"),
        (b'{"children": []}', "application/json", 422, "scenario.children"),
        (b'{"wurld": "teaching"}', "application/json", 422, "file.unknown_key"),
        (b"", "application/yaml", 422, "file.empty"),
        (b"a: [", "application/yaml", 422, "file.syntax"),
        (b"!!python/object/apply:os.system ['true']", "application/yaml", 422, "file.not_mapping"),
        (b"strategy: /etc/passwd", "application/yaml", 422, "strategy.unknown"),
        (b"strategy: {extend: ../../secret, sentence: x}", "application/yaml", 422, "strategy.unknown"),
        (b"strategy: {sentence: x, order: ranking, ranking: /etc/passwd}",
         "application/yaml", 422, "app.problem.ranking"),
        (b"world: {a: 1}", "application/yaml", 422, "scenario.world"),
        (b"a: &a [x]\nb: &b [" + b"*a," * 99 + b"]\nc: &c [" + b"*b," * 99 + b"]\nd: [" + b"*c," * 99 + b"]",
         "application/yaml", 422, "file.too_large"),
    ],
)  # fmt: skip
def test_bad_requests_get_a_reason(
    client: httpx.Client, body: bytes, kind: str, status: int, code: str
) -> None:
    answer = client.post("/api/runs", content=body, headers={"content-type": kind})
    assert answer.status_code == status, answer.text
    assert code in reasons(answer)
    assert "/tmp" not in answer.text


def test_all_problems_are_told_at_once_with_the_control_they_belong_to(client: httpx.Client) -> None:
    asked = {"world": "nowhere", "parameters": {"desk_fte_factor": -1, "supervision": "much"}}
    problems = client.post("/api/runs", json=asked).json()["problems"]
    assert {problem["key"] for problem in problems} >= {"desk_fte_factor", "supervision"}
    assert len(problems) == 3


def test_a_scenario_file_runs(client: httpx.Client) -> None:
    content = b"world: four_villages\nuntil: 2010-08\nstrategy:\n  extend: history\n  sentence: mine\n"
    answer = client.post("/api/runs", content=content, headers={"content-type": "application/yaml"})
    assert answer.status_code == 202, answer.text


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "app.problem.pair"),
        ({"first": RUN, "second": 1}, "app.problem.pair"),
        ({"first": RUN, "second": RUN, "third": RUN}, "file.unknown_key"),
        ({"first": RUN, "second": RUN, "replications": 1}, "app.problem.replications"),
        ({"first": RUN, "second": RUN, "replications": 10**6}, "app.problem.replications"),
        ({"first": RUN, "second": {**RUN, "seed": 2}}, "app.problem.unpaired"),
    ],
)
def test_bad_comparisons_get_a_reason(client: httpx.Client, asked: dict[str, object], code: str) -> None:
    answer = client.post("/api/comparisons", json=asked)
    assert answer.status_code == 422
    assert code in reasons(answer)


def test_wrong_methods_and_unknown_jobs(client: httpx.Client) -> None:
    assert reasons(client.put("/api/runs", json=RUN)) == ["app.problem.method"]
    assert reasons(client.delete("/api/runs")) == ["app.problem.method"]
    assert reasons(client.get("/api/jobs/none")) == ["app.problem.no_job"]


def test_the_page_is_kept_to_itself(client: httpx.Client) -> None:
    headers = client.get("/").headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
