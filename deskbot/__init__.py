"""deskbot: an HR service desk and knowledge-base bot that a company runs itself."""
