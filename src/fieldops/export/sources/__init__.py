"""The core's own datasets: for each its columns, and how a record becomes its rows."""
