"""The Hive side: DDL, connection, publishing, audit and proof of releases, checks of the servers."""
