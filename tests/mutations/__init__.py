"""Single random faults in the real seeds, and the classification of what a build reports for each."""
