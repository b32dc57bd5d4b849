"""The HTML report: one file that needs nothing else, for a browser, a phone or a printer.

`page.py` fills the templates; `cluster.py`, `plan.py`, `run.py` and `rehearsal.py` make of a report what a template
shows; `flow_chart.py` and `time_chart.py` are geometry. There is no script in a page, and it may load nothing: what
comes from hosts is text, escaped wherever it stands.
"""
