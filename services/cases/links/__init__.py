"""The concerns that a case stands for, and the bucket that the forum is told of it. Rule C12a."""
