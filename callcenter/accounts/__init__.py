"""Accounts: people, their roles per contract, sign-in, second factor, sessions, machine tokens.

Owns: users, memberships, sessions (server-side, bound to one contract), sign-in attempts (throttle and lock-out kept
in the database), API tokens. States of a user: active → disabled (sessions end at once). Passwords are argon2id, at
least 15 characters; a TOTP code is accepted once. Never: a password, code or token in a log; a token in plain storage.
"""
