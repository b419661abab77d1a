"""Microsoft Teams: activities verified and parsed, replies drawn as text and cards, sent through Microsoft's SDK."""
