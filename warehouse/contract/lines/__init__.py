"""Regular expressions that read lines of logs, checked without a JVM."""
