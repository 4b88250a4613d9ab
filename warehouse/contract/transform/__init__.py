"""Columns that are computed: what a `transformLogic` may say."""
