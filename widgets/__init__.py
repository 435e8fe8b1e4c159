"""Everything megapod knows about drawing: widgets that draw the value they are handed and post what was asked."""
