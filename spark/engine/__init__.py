"""A Spark session that outlives its run and takes the plan of the next one.

The process of an engine (`python -m spark.engine`) does one plan at a time. The process that started it, or called it
while it was idle, holds the other end of a socket: one line with a `JobPlan` goes in, lines with `JobEvent`s come out,
as with `spark.job`. When that end is closed before the result came, the plan is no longer wanted and the process exits
at once. An engine that failed ends; one that succeeded waits for a while for the next plan.
"""
