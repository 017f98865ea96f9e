"""The import page: a ledger's columns, its verdicts, applying it and taking it back."""
