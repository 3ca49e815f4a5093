"""What a response changed: before and after, against a comparison area, with intervals. Rule C7."""
