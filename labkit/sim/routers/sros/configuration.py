"""What a router is configured to do, and how a typed line changes it, all or nothing.

Holds the trees under `configure` and `debug`, says which object a place in the CLI means, and
carries out a line's steps: entering, creating (with `create` where SR OS demands it), setting,
removing, shutting down.  Knows no session and no network; checks.py says what SR OS refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from labkit.sim.routers.sros.schema import BAD_COMMAND, Mistake, Row
from labkit.sim.routers.sros.tree import Branch
from labkit.sim.routers.sros.walk import TypedLine, TypedRow

Place = tuple[TypedRow, ...]
"""A context in the CLI: the steps that lead to it from the root."""

Check = Callable[["Configuration", Branch, TypedRow], None]
"""Raises Mistake if SR OS would refuse the step below this object."""

MUST_EDIT = (
    "MINOR: CLI The policy-options must be in edit mode by calling begin before any changes"
    " can be made."
)


@dataclass(eq=False)
class Configuration:
    """The running configuration and the debug settings of one router.

    `root` is the grammar's root row; `check` is asked before anything is created or set.
    """

    root: Row
    check: Check
    removal: Check
    existing: Check
    """Raises Mistake if what is typed of an object that exists is not what it is."""
    config: Branch = field(init=False)
    debug: Branch = field(init=False)
    policies: Branch | None = field(init=False, default=None)
    """policy-options as last committed, while they are being edited."""
    changed: bool = field(init=False, default=False)
    """Whether anything under `configure` changed since this was last set to False."""

    def __post_init__(self) -> None:
        top = Branch(self.root)
        rows = {row.keyword: row for row in self.root.children}
        self.config = top.add(rows["configure"], {})
        self.debug = top.add(rows["debug"], {})

    # ---- places

    def tree(self, row: Row) -> Branch | None:
        """The tree that a row of the root opens, if it opens one."""
        if row is self.config.row:
            return self.config
        return self.debug if row is self.debug.row else None

    def node(self, place: Place) -> Branch | None:
        """The object a place means, or None if it has none (or no longer)."""
        if not place:
            return None
        node = self.tree(place[0].row)
        for step in place[1:]:
            node = node.find(step.row, step.values) if node else None
        return node

    def valid(self, place: Place) -> Place:
        """`place` or, if its object is gone, the nearest one above that exists."""
        while place and self.tree(place[0].row) is not None and self.node(place) is None:
            place = place[:-1]
        return place

    # ---- changes

    def apply(self, place: Place, line: TypedLine) -> tuple[Place, bool]:
        """Carry out a line of `configure` or `debug` typed at `place`.

        Returns the context the line ends in and whether it created that context.  Raises Mistake,
        with everything as it was before.
        """
        base = () if line.rooted else place
        undo: list[Callable[[], None]] = []
        try:
            return self._walk(base, line, undo)
        except Mistake:
            for step in reversed(undo):
                step()
            raise

    def _walk(
        self, base: Place, line: TypedLine, undo: list[Callable[[], None]]
    ) -> tuple[Place, bool]:
        node, here, created = self.node(base), base, False
        for index, step in enumerate(line.steps):
            last = index == len(line.steps) - 1
            if node is None:
                node, here = self.tree(step.row), (step,)
                assert node is not None
                if last and line.negated:
                    self._clear(node)
                continue
            if last and line.negated and step.row.is_context:
                self._remove(node, step)
                return here, False
            if not step.row.is_context:
                self._set(node, step, negated=line.negated)
                return here, False
            node, created = self._enter(node, step, undo)
            if not last and not step.row.entered(step.values):
                raise Mistake(BAD_COMMAND, line.steps[index + 1].column)
            here = (*here, step)
        return here, created

    def _enter(
        self, parent: Branch, step: TypedRow, undo: list[Callable[[], None]]
    ) -> tuple[Branch, bool]:
        row = step.row
        found = parent.find(row, step.values)
        given = {name: value for name, value in step.values.items() if name != "create"}
        if found is not None:
            self.existing(self, found, step)
            if "single" in row.traits and found.values != given:
                self._may_edit(parent, step)
                values, children = found.values, found.children
                found.values = given
                if not row.entered(given):
                    found.children = []
                undo.append(lambda: _restore(found, values, children))
                self._touch(row)
            return found, False
        needed = "create" in row.traits and "create" not in step.values
        self._may_edit(parent, step)
        node = parent.add(row, step.values)
        undo.append(lambda: parent.remove(node))
        if needed:
            raise Mistake(f'MINOR: CLI Could not create "{row.text(given)}": "create" is missing.')
        self._follow(node)
        self._touch(row)
        return node, True

    def _follow(self, node: Branch) -> None:
        """RSVP runs on what MPLS runs on: SR OS adds its interfaces by itself."""
        if node.row.path == "configure/router/mpls":
            self._ensure(node, "interface", "system")
        elif node.row.path == "configure/router/mpls/interface":
            rsvp = self._ensure(node.parent.parent if node.parent else None, "rsvp", None)
            self._ensure(rsvp, "interface", node["name"])

    def _unfollow(self, name: str) -> None:
        for node in list(self.config.all("router", "rsvp", "interface")):
            if node["name"] == name and node.parent is not None:
                node.parent.remove(node)

    def _ensure(self, parent: Branch | None, keyword: str, name: str | None) -> Branch:
        assert parent is not None
        row = next(child for child in parent.row.children if child.keyword == keyword)
        values = {"name": name} if name is not None else {}
        node = parent.find(row, values)
        if node is None:
            node = parent.add(row, values)
            self._follow(node)
        return node

    def _set(self, parent: Branch, step: TypedRow, *, negated: bool) -> None:
        if negated and (step.row.is_command or "fixed" in step.row.traits):
            raise Mistake(BAD_COMMAND, step.column)
        if _in_policies(step.row) and self.policies is None:
            raise Mistake(MUST_EDIT)
        (self.removal if negated else self.check)(self, parent, step)
        if parent.set(step.row, step.values, negated=negated):
            self._touch(step.row)

    def _remove(self, parent: Branch, step: TypedRow) -> None:
        if "fixed" in step.row.traits:
            raise Mistake(BAD_COMMAND, step.column)
        if _in_policies(step.row) and self.policies is None:
            raise Mistake(MUST_EDIT)
        node = parent.find(step.row, step.values)
        if node is None:
            return
        self._may_remove(node, step)
        parent.remove(node)
        if step.row.path == "configure/router/mpls/interface":
            self._unfollow(node["name"])
        elif step.row.path == "configure/mirror/mirror-dest":
            self._forget_source(node["id"])
        self._touch(step.row)

    def _forget_source(self, service: str) -> None:
        """The sources of a mirror service go with it (7750 SR OAM and Diagnostics Guide)."""
        for source in list(self.debug.all("mirror-source")):
            if source["id"] == service:
                self.debug.remove(source)

    def _may_remove(self, node: Branch, step: TypedRow) -> None:
        if step.row.is_firm and not node.shutdown:
            what = step.row.text(node.values).removesuffix(" create")
            raise Mistake(f"MINOR: CLI Could not delete {what}: it must be shutdown first.")
        self.removal(self, node, step)

    def _clear(self, tree: Branch) -> None:
        if tree is self.config:
            raise Mistake(BAD_COMMAND)
        tree.children.clear()

    def _may_edit(self, parent: Branch, step: TypedRow) -> None:
        if _in_policies(step.row) and self.policies is None:
            raise Mistake(MUST_EDIT)
        self.check(self, parent, step)

    def _touch(self, row: Row) -> None:
        if row.path.startswith("configure"):
            self.changed = True

    # ---- policy-options

    def _policy_options(self) -> Branch:
        node = self.config.one("router", "policy-options")
        assert node is not None
        return node

    def begin(self) -> None:
        """Start editing policy-options; what is in force stays until `commit`."""
        if self.policies is None:
            self.policies = self._policy_options().copy()

    def commit(self) -> None:
        self._end_editing()
        self.policies = None
        self.changed = True

    def abort(self) -> None:
        """Forget what was edited since `begin`."""
        self._end_editing()
        assert self.policies is not None
        node = self._policy_options()
        node.children = [child.copy(node) for child in self.policies.children]
        self.policies = None

    def _end_editing(self) -> None:
        if self.policies is None:
            raise Mistake(MUST_EDIT)

    def policies_in_force(self) -> Branch:
        """policy-options as last committed."""
        return self.policies or self._policy_options()


def _restore(node: Branch, values: dict[str, str], children: list[Branch]) -> None:
    node.values, node.children = values, children


def _in_policies(row: Row) -> bool:
    return row.path.startswith("configure/router/policy-options/")
