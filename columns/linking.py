"""Compiling what other compiled code calls without machine code of its own.

Numba makes machine code of every function, with all that it calls, and stores it. Parts, and kernels that are
called by kernels, are taken in by their callers as intermediate code: their own machine code would never run.
Leaving it out saves a quarter of the time of compilation and most of the cache.
"""

from typing import Any

from numba._dynfunc import make_function
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler


def _end(library: Any) -> None:
    """End here, where numba would make machine code."""
    vars(library).update(_finalized=True)


Linked = type("Linked", (JITCodeLibrary,), {"_finalize_final_module": _end})
"""Code of a part: optimised, and ready to be linked into that of its callers."""


class PartCompiler(Compiler):
    """Numba's compiler, with another end."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        target = self.state.targetctx
        self.state.library = Linked(target.codegen(), "part")
        target.get_executable = _not_callable


def _not_callable(library: Any, description: Any, environment: Any) -> Any:
    """Return what stands for the part among the functions that numba knows; nothing calls it."""
    name = description.qualname.rpartition(".")[-1]
    return make_function(description.lookup_module(), name, "", 0, environment, (library,))
