"""Fills other people's blank forms (.xlsx, .docx) by changing nothing in them but the chosen places."""
