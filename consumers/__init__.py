"""How others read the warehouse: a client for pandas, JDBC, a shell wrapper for cron."""
