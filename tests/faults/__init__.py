"""Faults on purpose: processes killed, syncs broken off, a chat platform that misbehaves."""
