"""Pages of specialists and employees, JSON API, sign-in, health."""
