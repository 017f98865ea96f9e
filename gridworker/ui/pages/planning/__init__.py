"""What the pages about the week's work share: the round in walking order, its words and its small dialogs."""
