"""How the approach spreads in a run: villages with a post and with a trained worker, month by month."""

import numpy as np

from model.text import text
from results.figures.parts import count_axis, log_axis, mark_events, time_axis
from results.style import BLUE, GREEN, MUTED, WIDE, Picture, house_style, label_ends, new_figure
from results.view import PostsView
from results.wording import month_name, number, percent, whole

LOG_FROM = 8.0
"""A log scale helps where the largest number of villages is so many times the first one."""


def spread(view: PostsView, language: str = "en") -> Picture:
    """Show villages with a filled post and with a trained worker, by kind, with the decisions of the time."""
    by_month = view.posts.groupby("month")[["villages", "villages_with_post", "villages_active"]].sum()
    filled, active = by_month["villages_with_post"].to_numpy(), by_month["villages_active"].to_numpy()
    rural = view.posts[view.posts["kind"] == "village"].set_index("month")["villages_with_post"].to_numpy()
    n = int(by_month["villages"].iloc[0])
    first = filled[filled > 0][:1]
    logarithmic = len(first) > 0 and n > LOG_FROM * first[0]
    with house_style():
        figure = new_figure(WIDE, 3.5)
        axes = figure.subplots()
        ends = []
        for values, colour, name, width in (
            (filled, BLUE, "figure.spread.filled", 2.0),
            (active, GREEN, "figure.spread.active", 2.0),
            (rural, MUTED, "figure.spread.rural", 1.1),
        ):
            drawn = np.where(values > 0, values, np.nan) if logarithmic else values
            axes.plot(view.dates, drawn, color=colour, linewidth=width)
            if values[-1] > 0 or not logarithmic:
                ends.append((float(values[-1]), text(name, language), colour))
        last = float(view.dates[-1])
        time_axis(axes, float(view.dates[0]) - 1 / 12, last)
        if logarithmic:
            log_axis(axes, language, first[0] / 2, n * 1.6)
        else:
            count_axis(axes, language)
            axes.set_ylim(0, n * 1.08)
        axes.axhline(n, color=MUTED, linewidth=0.8)
        axes.annotate(text("figure.spread.all", language, n=whole(n)), (axes.get_xlim()[0], n),
                      xytext=(4, -10), textcoords="offset points", size=7.5, color=MUTED)  # fmt: skip
        axes.set_ylabel(text("figure.spread.y_log" if logarithmic else "figure.spread.y", language))
        label_ends(axes, last, ends)
        mark_events(axes, view.events, language)
        return Picture("spread", figure, _caption(view, filled, active, n, language), language)


def _caption(view: PostsView, filled: np.ndarray, active: np.ndarray, n: int, language: str) -> str:
    if not filled.any():
        return text("caption.spread.none", language, month=month_name(view.n_months - 1, language))
    half = np.flatnonzero(filled >= n / 2)
    key = "caption.spread" if len(half) else "caption.spread.not_half"
    return text(
        key,
        language,
        month=month_name(view.n_months - 1, language),
        filled=percent(filled[-1] / n, language, 0),
        active=percent(active[-1] / n, language, 0),
        half=month_name(int(half[0]), language) if len(half) else "",
        posts=number(filled[-1], language, 4),
        n=whole(n),
    )
