"""The course: what a notebook's cells say to the lab.

Knows the lab, its captures and how devices are driven; must not know Jupyter.
"""

from labkit.course.desk import Desk

__all__ = ["Desk"]
