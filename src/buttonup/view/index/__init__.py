"""What lists, filters and searches need of each sample, in an SQLite file.

columns   one sample -> what is kept of it
lines     a file of samples -> each line and where it stands
tables    the tables, and writing them
build     the process that fills them, while the pages are already being looked at
reading   what pages ask of them
"""
