"""What the desk says to people, one dictionary a language."""
