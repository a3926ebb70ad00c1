"""What leads back to itself is found, whatever the graph, in one walk over its edges."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fieldops.rules.circles import in_circles

NODES = [bytes([number]) for number in range(7)]
GRAPHS = st.dictionaries(
    st.sampled_from(NODES), st.frozensets(st.sampled_from(NODES), max_size=4), max_size=7
)


def leads_back(graph: dict[bytes, frozenset[bytes]], node: bytes) -> bool:
    seen: set[bytes] = set()
    waiting = set(graph[node])
    while waiting:
        seen |= waiting
        waiting = {far for one in waiting for far in graph.get(one, ())} - seen
    return node in seen


@given(GRAPHS)
def test_they_are_the_nodes_that_lead_back_to_themselves(
    graph: dict[bytes, frozenset[bytes]],
) -> None:
    assert in_circles(graph) == {node for node in graph if leads_back(graph, node)}


def test_a_long_chain_takes_no_longer_than_its_edges() -> None:
    """By the square of its length this would take minutes."""
    names = [number.to_bytes(4, "big") for number in range(30_001)]
    chain = {one: frozenset([after]) for one, after in pairwise(names)}
    assert in_circles(chain) == set()
    assert in_circles({**chain, names[-1]: frozenset([names[0]])}) == set(names)
