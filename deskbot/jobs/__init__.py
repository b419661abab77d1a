"""What time does: deliver, sweep, digest, remind."""
