"""The benchmarks: what the server costs, beside floors measured in the same run.

    python -m bench [--quick] [--list] [name …]        prints a table, writes bench/results.json

A floor is the least that the same work can cost here: a raw driver insert of as many rows, the same
tablets one after another, the same pull on a short log.  CPU is that of the server **and** its
database; the load generator's is not counted.
"""
