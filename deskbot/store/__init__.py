"""What is kept: tables, sessions, one query module a noun, inbox and outbox."""
