"""Records of generators: their settings, graphs and signatures."""
