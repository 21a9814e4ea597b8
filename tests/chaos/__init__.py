"""Faults on purpose: everything that can die is killed, and what is lost is counted (`script/chaos`)."""
