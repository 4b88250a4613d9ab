"""HDFS and YARN: configuration, class paths, and the supervision of every daemon on one machine."""
