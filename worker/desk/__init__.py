"""What moderators ask of workers: a picture sent to a service of others."""
