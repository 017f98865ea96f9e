"""报表: the week as it will print, and the workbook to hand in."""
