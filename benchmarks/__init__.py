"""Holds the product against physical limits and peers: every bar of docs/performance.md is a module here. Part of no
test and of no release; the product never imports it."""
