"""The offerings of one institution as a sheet: a row for each offering, a column for each field.

Whoever keeps them in Excel or LibreOffice exports, changes cells, and imports. Only what was
changed in the sheet changes in offerings.yaml.
"""

from bot.staff.sheet.merge import Change, import_sheet, write_change
from bot.staff.sheet.write import Form, export_sheet

__all__ = ["Change", "Form", "export_sheet", "import_sheet", "write_change"]
