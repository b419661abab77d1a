"""Slack: deliveries verified and parsed, replies drawn in Block Kit and posted. Nothing heavy is imported here."""
