"""Tables of accounts. Secrets are stored hashed (passwords, tokens) or sealed (TOTP seed)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.extensions import Base
from callcenter.web.access import Role

ROLE_VALUES = ", ".join(f"'{role.value}'" for role in Role)


class User(Base):
    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    display_name: Mapped[str] = mapped_column(String(100))
    reading: Mapped[str] = mapped_column(String(100), default="")
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_last_step: Mapped[int] = mapped_column(default=0)
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]


class Membership(Base):
    """A role held by a user under one contract."""

    __tablename__ = "memberships"
    __table_args__ = (CheckConstraint(f"role IN ({ROLE_VALUES})", name="role"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), primary_key=True)
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    granted_at: Mapped[datetime]


class RolePolicy(Base):
    """Whether a role needs the second factor under a contract."""

    __tablename__ = "role_policies"
    __table_args__ = (CheckConstraint(f"role IN ({ROLE_VALUES})", name="role"),)

    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"), primary_key=True)
    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    second_factor: Mapped[bool] = mapped_column(default=False)


class UserSession(Base):
    """A signed-in browser. The cookie holds a random token; only its SHA-256 stands here. `restricted`
    names what must be set up first (`password`, `second_factor`); until then no role is in force.

    An ended session stays for some days: whoever takes up the words on its screen must be the same person."""

    __tablename__ = "user_sessions"
    __table_args__ = (
        Index("ix_user_sessions_user_id", "user_id"),
        CheckConstraint("restricted IN ('', 'password', 'second_factor')", name="restricted"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"))
    address: Mapped[str] = mapped_column(String(64))
    restricted: Mapped[str] = mapped_column(String(20), default="")
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """Attempts held against a login name or an address: the lock-out survives a restart and holds in every process.
    The subject of a login name is its keyed hash: passwords are typed into the wrong field every day."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (CheckConstraint("kind IN ('login', 'address', 'token')", name="kind"),)

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    failures: Mapped[int]
    last_failure_at: Mapped[datetime]
    locked_until: Mapped[datetime | None]


class ApiToken(Base):
    """A machine's bearer token: hashed, scoped, expiring, one contract, revocable."""

    __tablename__ = "api_tokens"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    contract_id: Mapped[UUID] = mapped_column(ForeignKey("contracts.id"))
    name: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scopes: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
