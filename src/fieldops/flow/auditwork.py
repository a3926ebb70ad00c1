"""What the chain of the audit is written by: each request is one transaction (``handin``)."""

from msgspec import Struct

from fieldops.rules.checkpoints import Checkpoint


class Chain(Struct, frozen=True, tag="chain"):
    """Give committed lines of the audit their places; the answer counts them."""


class Vouch(Struct, frozen=True, tag="vouch"):
    """Keep a signed checkpoint.  It is not kept if another one was faster."""

    checkpoint: Checkpoint
