"""Single faults made at random in the real seeds, and a judge of what a build says to each."""
