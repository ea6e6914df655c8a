"""Each role's first page: what do I do now? Reads the features' queries only."""
