"""The knowledge base, pure: articles, Markdown, search."""
