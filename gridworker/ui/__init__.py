"""The window: everything that imports PySide6. It shows rows and calls services; it never opens the database itself."""
