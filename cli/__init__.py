"""The command line, and the pipeline that strings the stages together."""
