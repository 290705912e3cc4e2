"""What a model adds to what was learned of a user's tools: feeds, values, words.

Asked in one place for each, checked by code, tried on the tools where they only read, and marked as
proposed in the file.
"""
