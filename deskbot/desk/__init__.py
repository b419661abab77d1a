"""The rules of an HR desk, pure: no files, no network, no clock."""
