"""XLSForm in: a workbook of the ODK family becomes a checklist, and what does not, a remark.

    file ─ book (cells, with their places) ─ form (rows, headers and types by pyxform's own names)
         ─ outline (sections) ─ answers, conditions (drafts) ─ settle (our lint) ─ TOML + remarks

Source: the XLSForm reference (xlsform.org) and the ODK XForms specification; pyxform 4.5 checks the
workbook first.  Everything below ``form`` is pure.
"""
