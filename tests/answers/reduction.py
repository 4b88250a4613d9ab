"""Makes a query that is answered wrongly as small as it can be."""

from collections.abc import Callable, Iterator

from sqlglot import exp

_TRUE_OR_FALSE = (exp.Predicate, exp.Connector, exp.Not)
"""Nodes for which a column or a number cannot stand."""

_CLAUSES = ("where", "having", "order", "limit", "distinct", "windows")


def reduced(tree: exp.Expression, is_wrong: Callable[[exp.Expression], bool], most: int = 400) -> exp.Expression:
    """The smallest query found that is still answered wrongly.

    Args:
        tree: That is.
        is_wrong: Asks both engines; `False` for a query that makes no sense.
        most: Questions at most.
    """
    asked, found = 0, True
    while found and asked < most:
        found = False
        for candidate in _smaller(tree):
            asked += 1
            if is_wrong(candidate):
                tree, found = candidate, True
                break
            if asked >= most:
                break
    return tree


def _smaller(tree: exp.Expression) -> Iterator[exp.Expression]:
    """The tree with one part left out, large parts first."""
    for position, node in enumerate(tree.bfs()):
        for change in _changes(node):
            copy = tree.copy()
            target = next(found for at, found in enumerate(copy.bfs()) if at == position)
            yield change(copy, target)


Change = Callable[[exp.Expression, exp.Expression], exp.Expression]


def _changes(node: exp.Expression) -> Iterator[Change]:
    if isinstance(node, exp.Select):
        yield from (_without(clause) for clause in _CLAUSES if node.args.get(clause))
        yield from (_without_item("joins", number) for number in range(len(node.args.get("joins") or [])))
        if len(node.expressions) > 1:
            yield from (_without_item("expressions", number) for number in range(len(node.expressions)))
    elif isinstance(node, exp.SetOperation):
        yield from (_by_part(name) for name in ("this", "expression"))
    elif isinstance(node, exp.Case):
        yield from (
            _without_item("ifs", number) for number in range(len(node.args["ifs"])) if len(node.args["ifs"]) > 1
        )
    if isinstance(node, exp.Condition) and not isinstance(node, exp.Column | exp.Literal):
        yield from (_by_inner(number) for number in range(len(list(_operands(node)))))
        if isinstance(node, _TRUE_OR_FALSE) and not isinstance(node.parent, exp.Join):
            yield lambda tree, target: _replaced(tree, target, exp.true())


def _operands(node: exp.Expression) -> Iterator[exp.Expression]:
    """What may stand for the whole."""
    if isinstance(node, exp.Case):
        yield from (part.args["true"] for part in node.args["ifs"])
        if node.args.get("default"):
            yield node.args["default"]
    else:
        true_or_false = isinstance(node, _TRUE_OR_FALSE)
        for child in node.iter_expressions():
            if isinstance(child, exp.Condition) and (isinstance(child, _TRUE_OR_FALSE) or not true_or_false):
                yield child


def _replaced(tree: exp.Expression, target: exp.Expression, by: exp.Expression) -> exp.Expression:
    if target is tree:
        return by.copy()
    target.replace(by.copy())
    return tree


def _without(clause: str) -> Change:
    def change(tree: exp.Expression, target: exp.Expression) -> exp.Expression:
        target.set(clause, None)
        return tree

    return change


def _without_item(name: str, number: int) -> Change:
    def change(tree: exp.Expression, target: exp.Expression) -> exp.Expression:
        items = target.args[name]
        target.set(name, [item for position, item in enumerate(items) if position != number])
        return tree

    return change


def _by_part(name: str) -> Change:
    return lambda tree, target: _replaced(tree, target, target.args[name])


def _by_inner(number: int) -> Change:
    return lambda tree, target: _replaced(tree, target, list(_operands(target))[number])
