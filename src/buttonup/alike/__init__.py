"""When two texts are alike: the same once masked, in the words they share, or in their meaning."""
