"""Other people's sheets: what a file holds, what each row means beside what is known, and the ops that follow. Reads
and plans; it opens no database and writes nothing."""
