"""What runs leave behind: outcome measures, tables, figures, reports and workbooks."""
