"""A compiler pass: every index of an array is a position, never counted from the end.

Numba lets ``a[-1]`` mean the last element and so tests the sign of every index it cannot prove positive. The
kernel has no such index and hundreds of accesses; without the test it is about a tenth faster. Source and meaning
stay plain Python: with compilation off the pass does nothing.
"""

from __future__ import annotations

from typing import Any

from numba.core import ir, types
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import FunctionPass, register_pass
from numba.core.untyped_passes import InlineInlinables
from numba.extending import intrinsic


@intrinsic
def position(typingctx: Any, index: Any) -> Any:
    """Return an integer index as an unsigned one; any other index unchanged."""
    if not isinstance(index, types.Integer):
        return index(index), lambda context, builder, signature, args: args[0]

    def cast(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return context.cast(builder, args[0], signature.args[0], types.int64)

    return types.uint64(index), cast


@register_pass(mutates_CFG=False, analysis_only=False)
class UnsignedIndices(FunctionPass):  # type: ignore[misc]
    """Cast the parts of every index before it is used; constants stay as they are."""

    _name = "careplan_unsigned_indices"

    def __init__(self) -> None:
        super().__init__()

    def run_pass(self, state: Any) -> bool:
        """Rewrite the function; return whether anything changed."""
        func_ir = state.func_ir
        used = {
            target.index.name
            for block in func_ir.blocks.values()
            for target in _accesses(block)
            if isinstance(target.index, ir.Var)
        }
        pairs = {
            statement.target.name
            for block in func_ir.blocks.values()
            for statement in block.body
            if isinstance(statement, ir.Assign)
            and isinstance(statement.value, ir.Expr)
            and statement.value.op == "build_tuple"
        } & used
        for block in func_ir.blocks.values():
            body = []
            for statement in block.body:
                if isinstance(statement, ir.Assign) and statement.target.name in pairs:
                    statement.value.items = [_cast(func_ir, body, item) for item in statement.value.items]
                else:
                    for access in _accesses_of(statement):
                        if isinstance(access.index, ir.Var) and access.index.name not in pairs:
                            access.index = _cast(func_ir, body, access.index)
                body.append(statement)
            block.body = body
        func_ir._definitions = _definitions(func_ir)
        return True


def _accesses(block: Any) -> list[Any]:
    return [access for statement in block.body for access in _accesses_of(statement)]


def _accesses_of(statement: Any) -> list[Any]:
    if isinstance(statement, ir.SetItem):
        return [statement]
    if isinstance(statement, ir.Assign) and isinstance(statement.value, ir.Expr) and statement.value.op == "getitem":
        return [statement.value]
    return []


def _cast(func_ir: Any, body: list[Any], index: Any) -> Any:
    """Append ``position(index)`` to the block and return the variable that holds it."""
    if _is_constant(func_ir, index):
        return index
    scope, loc = index.scope, index.loc
    function = scope.redefine("position", loc)
    body.append(ir.Assign(ir.Global("position", position, loc), function, loc))
    cast = scope.redefine("index", loc)
    body.append(ir.Assign(ir.Expr.call(function, [index], (), loc), cast, loc))
    return cast


def _is_constant(func_ir: Any, index: Any) -> bool:
    try:
        definition = func_ir.get_definition(index)
    except KeyError:
        return False
    return isinstance(definition, ir.Const | ir.Global | ir.FreeVar)


def _definitions(func_ir: Any) -> Any:
    from numba.core.ir_utils import build_definitions

    return build_definitions(func_ir.blocks)


class KernelCompiler(CompilerBase):  # type: ignore[misc]
    """Numba's compiler with the pass, once what is inlined has been inlined."""

    def define_pipelines(self) -> list[Any]:
        """Return the one pipeline."""
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.add_pass_after(UnsignedIndices, InlineInlinables)
        passes.finalize()
        return [passes]
