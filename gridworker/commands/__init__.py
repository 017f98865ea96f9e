"""The verbs of the command line: each takes a Call and returns the plain value that is printed. They open a profile,
call services and queries, close it; no rule lives here."""
