"""A build as a program: one run or one after every save, what it is for, where its words go, and no other beside it."""
