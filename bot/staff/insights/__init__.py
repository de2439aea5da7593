"""`wegwijs insights`: what an institution's offerings brought, in numbers that point to nobody.

count.py      the counts of a school year, by offering, element and month, and of tips
dropped.py    what was asked for and not said any more, of all institutions together
suppress.py   which of them may be shown
table.py      in a terminal
page.py       as a page for a report, with plot.py
"""

from bot.staff.insights.count import Insights, insights, school_year
from bot.staff.insights.dropped import dropped
from bot.staff.insights.page import as_page
from bot.staff.insights.table import print_table

__all__ = ["Insights", "as_page", "dropped", "insights", "print_table", "school_year"]
