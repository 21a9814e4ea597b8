"""What is there of a picture whose data break off or are damaged, as browsers show it."""
