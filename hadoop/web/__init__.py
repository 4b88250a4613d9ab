"""What the web servers of HDFS and YARN show, and who can reach the ports of a stack."""
