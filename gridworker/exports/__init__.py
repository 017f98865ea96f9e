"""Paper and Excel: neutral documents and their renderers. Reads frozen rows only, never the database."""
