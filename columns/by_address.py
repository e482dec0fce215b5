"""Handing all columns from function to function as one address.

A tuple of some forty arrays goes to a compiled function as some three hundred numbers, each written to memory
by the caller and taken up again by the function, and the compiler goes through all of them for every
function. Its address is one number. Fields are read as of a tuple, ``state.needs``; uncompiled it is the
tuple itself.

The address holds as long as the function that took it runs, so it is handed on and never given back. What
stands there does not change, and compiled code counts on it: a field read once need not be read again.
"""

from collections.abc import Callable
from typing import Any

from columns.compiling import prepare_cache

prepare_cache()

from llvmlite import ir  # noqa: E402 - numba must be imported after the cache folder is set
from numba import config, types  # noqa: E402
from numba.core import cgutils  # noqa: E402
from numba.core.datamodel import models  # noqa: E402
from numba.core.imputils import impl_ret_borrowed, lower_getattr_generic  # noqa: E402
from numba.core.typing.templates import AttributeTemplate  # noqa: E402
from numba.extending import infer_getattr, intrinsic, register_model  # noqa: E402


class Address(types.Type):
    """Where a named tuple stands; ``dtype`` is its type."""

    def __init__(self, dtype: types.NamedTuple) -> None:
        self.dtype = dtype
        super().__init__(name=f"Address({dtype})")


register_model(Address)(models.PointerModel)


def _type_of_field(_template: Any, address: Any, name: str) -> Any:
    """Return the type of a field, None where there is none of this name."""
    fields = address.dtype.fields
    return address.dtype.types[fields.index(name)] if name in fields else None


infer_getattr(type("Fields", (AttributeTemplate,), {"key": Address, "generic_resolve": _type_of_field}))


@lower_getattr_generic(Address)
def _read(context: Any, builder: Any, address: Any, value: Any, name: str) -> Any:
    """Read a field, number by number: what is not used of an array costs nothing."""
    position = address.dtype.fields.index(name)
    field = _load(builder, cgutils.gep_inbounds(builder, value, 0, position))
    return impl_ret_borrowed(context, builder, address.dtype.types[position], field)


def _load(builder: Any, pointer: Any) -> Any:
    kind = pointer.type.pointee
    if not isinstance(kind, ir.LiteralStructType | ir.ArrayType):
        loaded = builder.load(pointer)
        loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
        return loaded
    whole = ir.Constant(kind, ir.Undefined)
    for part in range(len(kind.elements) if isinstance(kind, ir.LiteralStructType) else kind.count):
        whole = builder.insert_value(
            whole, _load(builder, cgutils.gep_inbounds(builder, pointer, 0, part)), part
        )
    return whole


def _put(typing_context: Any, columns: Any) -> Any:
    """Put a named tuple into the memory of the running function and return its address."""
    del typing_context  # numba wants the name

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        place = cgutils.alloca_once(builder, arguments[0].type)
        builder.store(arguments[0], place)
        # An empty instruction hides where the address comes from: otherwise a read, which may be moved as
        # memory does not change, could be moved to before it is filled.
        kind = ir.FunctionType(place.type, [place.type])
        return builder.asm(kind, "", "=r,0,~{memory}", [place], side_effect=True)

    return Address(columns)(columns), generate


def _leave[T](columns: T) -> T:
    """Uncompiled, a tuple is handed on as it is."""
    return columns


by_address: Callable = _leave if config.DISABLE_JIT else intrinsic(_put)  # type: ignore[attr-defined]
"""``by_address(columns)``: a named tuple to hand to other compiled functions."""
