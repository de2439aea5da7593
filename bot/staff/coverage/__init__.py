"""`wegwijs coverage`: where an institution's offering is thick, thin or absent, for a report."""

from bot.staff.coverage.count import Coverage, coverage, findings
from bot.staff.coverage.page import as_page
from bot.staff.coverage.table import print_table

__all__ = ["Coverage", "as_page", "coverage", "findings", "print_table"]
