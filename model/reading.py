"""Reading YAML that people write: safely, with the line of every key, in UTF-8 or GB18030.

The parser's tree is walked here instead of letting it build objects, because messages need line numbers and
because its number rules surprise people ("1e-5" would be a text).
"""

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from model.problems import InputError, Problem

ROOT = Path(__file__).resolve().parent.parent
ENCODINGS = ("utf-8-sig", "gb18030")
MAX_NODES, MAX_DEPTH = 200_000, 40
"""A file that grows beyond this when its aliases are written out is refused."""
DECIMAL = 10

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FLOAT = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+")

Path_ = tuple[Hashable, ...]


@dataclass
class Document:
    """A file's content and where each part of it stands.

    Attributes
    ----------
    value : object
        Mappings, sequences, texts, numbers, booleans and None.
    lines : dict
        Line (from 1) of each part by its path: a tuple of keys and positions.
    file : str
        The file's name as shown in messages.
    problems : list of Problem
        Doubled keys; the rest of the file is usable.
    """

    value: Any
    lines: dict[Path_, int]
    file: str
    problems: list[Problem] = field(default_factory=list)

    def line(self, *path: Hashable) -> int:
        """Return the line of a part, or of the nearest part around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)

    def part(self, *path: Hashable) -> "Document":
        """Return a part of the file as a document of its own, with the same lines."""
        value = self.value
        for key in path:
            value = value[key]
        depth = len(path)
        lines = {place[depth:]: line for place, line in self.lines.items() if place[:depth] == path}
        return Document(value, lines, self.file)

    def problem(self, code: str, *path: Hashable, **values: object) -> Problem:
        """Return a problem that stands at ``path`` of this file."""
        return Problem(code, values, self.file, self.line(*path))


def shown_path(path: Path) -> str:
    """Return a path as shown to people: relative to the project where it lies inside it."""
    resolved = path.resolve()
    return resolved.relative_to(ROOT).as_posix() if resolved.is_relative_to(ROOT) else str(path)


def read_text(path: Path) -> str:
    """Read a file in UTF-8 or GB18030; one that is missing, a folder, empty or neither is an InputError."""
    name = shown_path(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError([Problem("file.unreadable", {"reason": error.strerror or error}, name)]) from error
    if not content.strip():
        raise InputError([Problem("file.empty", {}, name)])
    for encoding in ENCODINGS:
        try:
            decoded = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in decoded:
            return decoded
    raise InputError([Problem("file.encoding", {}, name)])


def read_yaml(path: Path) -> Document:
    """Read a YAML file with the line of every part; raise InputError if it has no content or is not YAML."""
    return parse_yaml(read_text(path), shown_path(path))


def parse_yaml(content: str, name: str) -> Document:
    """Read YAML from a text; ``name`` is what messages call it.

    Raises
    ------
    InputError
        If it is empty or no YAML, with the line.
    """
    try:
        node = yaml.compose(content, Loader=_LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        line = mark.line + 1 if mark else 0
        raise InputError([Problem("file.syntax", {"reason": reason}, name, line)]) from error
    if node is None:
        raise InputError([Problem("file.empty", {}, name)])
    document = Document(None, {}, name)
    document.value = _Walk(document).build(node, ())
    return document


class _Walk:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.count = 0

    def build(self, node: yaml.Node, path: Path_) -> Any:
        line = node.start_mark.line + 1
        self.document.lines.setdefault(path, line)
        self.count += 1
        if self.count > MAX_NODES or len(path) > MAX_DEPTH:
            raise InputError([Problem("file.too_large", {}, self.document.file, line)])
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(part, (*path, i)) for i, part in enumerate(node.value)]
        return self.scalar(node)

    def mapping(self, node: yaml.MappingNode, path: Path_) -> dict[Any, Any]:
        built: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            key = self.scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else str(key_node.tag)
            line = key_node.start_mark.line + 1
            if key in built:
                self.document.problems.append(
                    Problem("file.doubled_key", {"key": key}, self.document.file, line)
                )
            self.document.lines[(*path, key)] = line
            built[key] = self.build(value_node, (*path, key))
        return built

    def scalar(self, node: yaml.Node) -> Any:
        kind, raw = node.tag.rpartition(":")[2], node.value
        try:
            if kind == "null":
                return None
            if kind == "bool":
                return raw.lower() in ("true", "yes", "on")
            if kind == "int":
                return int(raw.replace("_", ""), DECIMAL)
            if kind == "float" or (kind == "str" and not node.style and _FLOAT.fullmatch(raw)):
                return float(raw.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
        except ValueError:
            return raw  # sexagesimal and other forms that nobody means: left as text
        return raw
