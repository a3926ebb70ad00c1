"""The monthly analysis report: built once from the ledger, told in two languages and three formats.

ask ─ build ─→ Report ─ outline ─→ Document ─┬─ pdf
                                             ├─ html
                                             └─ xlsx
"""
