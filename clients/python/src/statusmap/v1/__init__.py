"""The generated vocabulary: the options that annotate a legacy error enum."""
