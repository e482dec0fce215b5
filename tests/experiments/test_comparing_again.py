"""A finished comparison gets its report in the other language, and back, without a run."""

import pytest

from experiments.asking import check_request
from experiments.compared_files import write_comparison
from experiments.comparing import run_comparison
from experiments.comparing_again import comparison_again
from tests.results.pages import Page, outside_requests

pytestmark = pytest.mark.unit


def test_the_page_comes_back_as_it_was(tmp_path):
    request = check_request(
        ["history", "no_programme"], world="teaching", until="2012-06", draws=2, decompose=False
    )
    folder = tmp_path / "runs"
    write_comparison(run_comparison(request, folder, workers=1), request, folder, "en")
    first = Page((folder / "report.html").read_text(encoding="utf-8")).text
    before = (folder / "runs.parquet").read_bytes()
    chinese = comparison_again(folder, "zh")[0].read_text(encoding="utf-8")
    assert outside_requests(chinese) == []
    assert 'lang="zh-CN"' in chinese
    english = comparison_again(folder, "en")[0].read_text(encoding="utf-8")
    assert Page(english).text == first
    assert (folder / "runs.parquet").read_bytes() == before
