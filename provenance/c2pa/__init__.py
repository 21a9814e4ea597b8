"""C2PA manifests, read in a process of their own."""
