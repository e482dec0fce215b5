"""How the search of the site cuts sentences into words, in the two languages of the documents.

Chinese has no spaces. Without a dictionary a run of its characters is cut into overlapping pairs, in pages
and in what is typed alike: who looks for 留守儿童 finds pages with 留守, 守儿 and 儿童. The package that
Sphinx can use to know words, jieba, had its last release in 2020.
"""

import re

RUNS = re.compile(r"[\u4e00-\u9fff]+|[^\W\u4e00-\u9fff]+")
PAIR = 2
JS_SPLITTER = r"""
var splitQuery = (query) =>
  (query.match(/[\u4e00-\u9fff]+|(?:(?![\u4e00-\u9fff])[\p{Letter}\p{Number}_])+/gu) || []).flatMap((run) =>
    /[\u4e00-\u9fff]/.test(run) && run.length > 2
      ? [...run].slice(1).map((_, place) => run.slice(place, place + 2))
      : [run],
  );
"""
"""The same as :func:`split`, for what is typed."""


def split(sentence: str) -> list[str]:
    """Return the words of a sentence; of Chinese ones overlapping pairs of characters."""
    words: list[str] = []
    for run in RUNS.findall(sentence):
        if "\u4e00" <= run[0] <= "\u9fff" and len(run) > PAIR:
            words += [run[k : k + PAIR] for k in range(len(run) - 1)]
        else:
            words.append(run)
    return words
