"""What things are: entities, their fields, rules and roles, declared as plain data. Opens nothing."""
