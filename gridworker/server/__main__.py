"""`python -m gridworker.server`: the same as `gridworker-server`."""

from gridworker.server.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
