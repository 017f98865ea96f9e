"""`python -m gridworker`, and the entry of the frozen application."""

from gridworker.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
