"""Mail, outgoing: notices, digests and answers for people who read them in their inbox."""
