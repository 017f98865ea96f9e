"""The practice community 锦澜社区: invented places, people and visits to learn and test with, the same for everybody
who uses the same seed. Its code begins with 99 and it never meets real data."""
