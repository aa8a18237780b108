"""Figures for officials, leaders and everybody: commands, pictures, workbooks, reports, pages."""
