"""Which nodes of a graph reach themselves: its circles, found in one walk over all edges.

H. N. Gabow, "Path-based depth-first search for strong and biconnected components", Information
Processing Letters 74 (2000): what is reached again joins into one with all that lies between.
"""

from collections.abc import Collection, Iterator, Mapping


def in_circles(graph: Mapping[bytes, Collection[bytes]]) -> set[bytes]:
    """The nodes that lead back to themselves; edges to nodes that are not there lead nowhere.

    Each edge is looked at once: ops that wait for each other come from tablets, and tens of
    thousands in one chain must hold up nobody.
    """
    return _Search(graph).run()


class _Search:
    """``path`` are the nodes that are in no part yet, ``starts`` those where parts may begin."""

    def __init__(self, graph: Mapping[bytes, Collection[bytes]]) -> None:
        self._graph = graph
        self._number: dict[bytes, int] = {}
        self._done: set[bytes] = set()
        self._path: list[bytes] = []
        self._starts: list[bytes] = []
        self._found: set[bytes] = set()

    def run(self) -> set[bytes]:
        """The nodes in circles."""
        for node in self._graph:
            if node not in self._number:
                self._walk(node)
        return self._found

    def _walk(self, first: bytes) -> None:
        under_way = [(first, self._enter(first))]
        while under_way:
            node, edges = under_way[-1]
            new = next(filter(self._is_new, edges), None)
            if new is not None:
                under_way.append((new, self._enter(new)))
                continue
            under_way.pop()
            if self._starts[-1] == node:
                self._part(node)

    def _enter(self, node: bytes) -> Iterator[bytes]:
        self._number[node] = len(self._number)
        self._path.append(node)
        self._starts.append(node)
        return iter([one for one in self._graph[node] if one in self._graph])

    def _is_new(self, node: bytes) -> bool:
        """Whether a node was never met; one that is on the path joins all behind it."""
        if node not in self._number:
            return True
        if node not in self._done:
            while self._number[self._starts[-1]] > self._number[node]:
                self._starts.pop()
        return False

    def _part(self, node: bytes) -> None:
        """From ``node`` on the path is one part: a circle, unless it is a node by itself."""
        self._starts.pop()
        at = len(self._path) - 1
        while self._path[at] != node:
            at -= 1
        part = self._path[at:]
        del self._path[at:]
        self._done.update(part)
        if len(part) > 1 or node in self._graph[node]:
            self._found.update(part)
