"""The base of every table: connection, column types, inserts."""
