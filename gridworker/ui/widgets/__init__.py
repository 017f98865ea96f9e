"""Small reusable widgets and paint functions shared by every page. They know tokens and plain values, no records."""
