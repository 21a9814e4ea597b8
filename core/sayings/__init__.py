"""What the program tells people, as codes with values, and the sentences for them in every language."""
