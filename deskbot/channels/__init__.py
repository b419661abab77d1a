"""Where people talk; each folder parses, renders and sends."""
