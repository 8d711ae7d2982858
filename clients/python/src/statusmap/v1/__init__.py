"""The generated vocabulary: the options of legacy error enums."""
