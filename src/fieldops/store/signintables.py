"""The tables of people's sign-in: sessions, failures, past passwords, links; see ``tables``."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from fieldops.store.columns import big, blob


class DeskSession(SQLModel, table=True):
    """A person who is signed in, by cookie or bearer token: ``hash`` is the token's SHA-256.

    ``way`` is how they signed in, ``bound`` is 1 while nothing may be done but choose a password.
    ``agent`` is what the browser says it is, ``address`` a network, never a whole address.
    """

    __tablename__ = "desk_session"
    id: bytes = Field(sa_column=blob(primary_key=True))
    hash: bytes = Field(sa_column=blob(index=True))
    user: bytes = Field(sa_column=blob(index=True))
    kind: str
    way: str
    made_ms: int = Field(sa_column=big())
    seen_ms: int = Field(sa_column=big())
    expires_ms: int = Field(sa_column=big())
    ended_ms: int | None = Field(default=None, sa_column=big(nullable=True))
    bound: int = 0
    agent: str = ""
    address: str = ""


class SignInTry(SQLModel, table=True):
    """Failures in a row of one counter (an HMAC: neither login nor address can be read back)."""

    __tablename__ = "sign_in_try"
    __table_args__ = (Index("sign_in_try_last", "last_ms"),)
    counter: bytes = Field(sa_column=blob(primary_key=True))
    failures: int = 0
    last_ms: int = Field(sa_column=big())
    until_ms: int = Field(sa_column=big())


class PastPassword(SQLModel, table=True):
    """An argon2id hash that a person had, where the profile forbids it to come back."""

    __tablename__ = "past_password"
    user: bytes = Field(sa_column=blob(primary_key=True))
    set_ms: int = Field(sa_column=big())
    no: int = Field(primary_key=True)
    hash: str


class Identity(SQLModel, table=True):
    """Whom an identity provider's subject is here."""

    __tablename__ = "identity"
    issuer: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    user: bytes = Field(sa_column=blob(index=True))
    linked_ms: int = Field(sa_column=big())
