"""Make the font of the figures: the part of Noto Sans CJK SC that the project can ever need.

    python tools/subset_font.py /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc

Pictures then look the same on every machine, and Chinese has its Chinese forms (matplotlib reads only the
first, Japanese, face of the collection that systems install). Kept are the characters of GB 2312, signs, and
whatever else occurs in names of counties and in our texts. The font has the SIL Open Font License, which lies
beside it.
"""

import argparse
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "data" / "fonts" / "NotoSansCJKsc-subset.otf"
FACE = "Noto Sans CJK SC"
OWN_TEXTS = (
    "data/geography/*.csv",
    "data/text/*.yaml",
    "data/strategies/*.yaml",
    "data/*.yaml",
    "data/parameters/*.yaml",
)
LATIN = "".join(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x180))))
SIGNS = "–—‘’“”…·•●○■□▲△▼→←↑↓×÷−±≤≥≠≈∞‰½¼¾²³₁₂₃ "
HIGH_BYTES = range(0xA1, 0xFF)


def gb2312() -> str:
    """All characters of GB 2312."""
    pairs = (bytes((row, cell)) for row in HIGH_BYTES for cell in HIGH_BYTES)
    return "".join(pair.decode("gb2312", errors="ignore") for pair in pairs)


def wanted() -> str:
    """Every character the subset must have."""
    own = (path.read_text(encoding="utf-8") for pattern in OWN_TEXTS for path in sorted(ROOT.glob(pattern)))
    return "".join(sorted(set(gb2312() + LATIN + SIGNS + "".join(own)) - set("\n\r\t")))


def make(source: Path, target: Path = TARGET) -> None:
    """Write the subset of the Simplified Chinese face of a font collection."""
    faces = TTCollection(source)
    face = next(font for font in faces.fonts if font["name"].getDebugName(1) == FACE)
    options = subset.Options(hinting=False, layout_features=["kern"], name_IDs=["*"], desubroutinize=False)
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx", "GSUB"]
    chosen = subset.Subsetter(options)
    chosen.populate(text=wanted())
    chosen.subset(face)
    target.parent.mkdir(parents=True, exist_ok=True)
    face.save(target)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("source", type=Path, help="NotoSansCJK-Regular.ttc")
    make(parser.parse_args().source)
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size / 1e6:.2f} MB")
