"""Results as a workbook for finance and planners: ``write.write_workbook`` is the door."""
