"""The words of smtptui as types: no I/O, no clock, no imports from the rooms above."""
